import Addresses
import BGP
import KubernetesModel

/// One node advertises one Service's address to one peer, as part of a route.
package struct BGPAnnouncement: Hashable, Sendable {
    package var service: NamespacedName
    package var address: IPAddress
    package var node: String
    package var peer: String
    /// The address with the aggregation length.
    package var prefix: IPPrefix
    /// `nil` towards an eBGP peer, and when unset.
    package var localPreference: UInt32?
    /// Sorted, without repetition.
    package var communities: [Community]
    /// Sorted, without repetition.
    package var largeCommunities: [LargeCommunity]

    package init(
        service: NamespacedName, address: IPAddress, node: String, peer: String, prefix: IPPrefix,
        localPreference: UInt32? = nil, communities: [Community] = [], largeCommunities: [LargeCommunity] = []
    ) {
        self.service = service
        self.address = address
        self.node = node
        self.peer = peer
        self.prefix = prefix
        self.localPreference = localPreference
        self.communities = communities
        self.largeCommunities = largeCommunities
    }
}

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
    /// What the peer gets for the route.
    package var attributes: RouteAttributes

    package init(
        service: NamespacedName, address: IPAddress, node: String, peer: String, prefix: IPPrefix,
        attributes: RouteAttributes = RouteAttributes()
    ) {
        self.service = service
        self.address = address
        self.node = node
        self.peer = peer
        self.prefix = prefix
        self.attributes = attributes
    }

    /// `nil` towards an eBGP peer, and when unset.
    package var localPreference: UInt32? { attributes.localPreference }
    package var communities: [Community] { attributes.communities }
    package var largeCommunities: [LargeCommunity] { attributes.largeCommunities }
}

import BGP

/// What a route says besides its prefix, to one peer.
package struct RouteAttributes: Hashable, Sendable {
    /// `nil` towards an eBGP peer, and when unset.
    package var localPreference: UInt32?
    /// Sorted, without repetition.
    package var communities: [Community]
    /// Sorted, without repetition.
    package var largeCommunities: [LargeCommunity]

    package init(
        localPreference: UInt32? = nil, communities: [Community] = [], largeCommunities: [LargeCommunity] = []
    ) {
        self.localPreference = localPreference
        self.communities = communities
        self.largeCommunities = largeCommunities
    }
}

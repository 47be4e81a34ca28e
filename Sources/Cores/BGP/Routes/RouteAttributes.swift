/// What a route says beside its prefix. What depends on the session (next hop, our AS in the path) is not part of it.
package struct RouteAttributes: Hashable, Sendable {
    /// For internal peers; `nil` stands for 100. External peers never get it.
    package let localPreference: UInt32?
    package let multiExitDiscriminator: UInt32?
    /// Sorted, each once.
    package let communities: [Community]
    /// Sorted, each once.
    package let largeCommunities: [LargeCommunity]
    /// Sorted, each once.
    package let extendedCommunities: [ExtendedCommunity]
    /// How often our AS number is repeated in the path towards external peers, beyond the one time that must be.
    package let prepending: UInt8

    package init(
        localPreference: UInt32? = nil, multiExitDiscriminator: UInt32? = nil,
        communities: some Sequence<Community> = [],
        largeCommunities: some Sequence<LargeCommunity> = [],
        extendedCommunities: some Sequence<ExtendedCommunity> = [], prepending: UInt8 = 0
    ) {
        self.localPreference = localPreference
        self.multiExitDiscriminator = multiExitDiscriminator
        self.communities = Set(communities).sorted()
        self.largeCommunities = Set(largeCommunities).sorted()
        self.extendedCommunities = Set(extendedCommunities).sorted()
        self.prepending = prepending
    }

    /// Whether a route with these attributes and a prefix fits a message of the size that every peer takes.
    ///
    /// RFC 4271 §4: that is 4096 octets; what the session adds stays below 200. A path may have to travel twice.
    var fitsMessage: Bool {
        let lists = 4 * communities.count + 12 * largeCommunities.count + 8 * extendedCommunities.count
        return lists + 8 * (Int(prepending) + 1) <= Header.maximumMessageLength - 200
    }

    /// RFC 4271 §9.1.1 leaves the default to us; this is everybody's.
    package static let defaultLocalPreference: UInt32 = 100
}

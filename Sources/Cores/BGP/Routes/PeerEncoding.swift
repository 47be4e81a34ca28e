import Addresses

/// All that the octets of an UPDATE depend on, beside its routes. Peers of equal encoding get the same octets.
package struct PeerEncoding: Hashable, Sendable {
    package let localASN: ASN
    package let isInternal: Bool
    package let fourOctetASN: Bool
    package let maximumMessageLength: Int
    /// Those that were agreed on. Each ends with a marker for the peer, also if nothing is sent.
    package let families: Set<AddressFamily>
    /// Where the routes of each family point to. Routes of families without a next hop are not sent.
    package let nextHops: [AddressFamily: NextHop]

    package init(
        localASN: ASN, isInternal: Bool, fourOctetASN: Bool = true,
        maximumMessageLength: Int = Header.maximumMessageLength, families: Set<AddressFamily>? = nil,
        nextHops: [AddressFamily: NextHop]
    ) {
        self.families = families ?? Set(nextHops.keys)
        self.localASN = localASN
        self.isInternal = isInternal
        self.fourOctetASN = fourOctetASN
        self.maximumMessageLength = maximumMessageLength
        self.nextHops = nextHops
    }

    package init(_ negotiated: NegotiatedSession, nextHops: [AddressFamily: NextHop]) {
        self.init(
            localASN: negotiated.localASN, isInternal: negotiated.isInternal, fourOctetASN: negotiated.fourOctetASN,
            maximumMessageLength: negotiated.maximumMessageLength, families: Set(negotiated.families),
            nextHops: nextHops.filter { negotiated.families.contains($0.key) })
    }

    /// The attributes of a route as this peer gets them, without those that hold the route itself: RFC 4271 §5.
    func attributes(of route: RouteAttributes) -> [PathAttribute] {
        let path = isInternal ? ASPath.empty : ASPath(origin: localASN, prepending: Int(route.prepending))
        var list: [PathAttribute] = [.origin(.igp), .asPath(path)]
        if let metric = route.multiExitDiscriminator { list.append(.multiExitDiscriminator(metric)) }
        // RFC 4271 §5.1.5: to internal peers always, to external peers never.
        if isInternal {
            list.append(.localPreference(route.localPreference ?? RouteAttributes.defaultLocalPreference))
        }
        if !route.communities.isEmpty { list.append(.communities(route.communities)) }
        if !route.extendedCommunities.isEmpty { list.append(.extendedCommunities(route.extendedCommunities)) }
        // RFC 6793 §4.2.2: to a peer that speaks two octets, the path that those cannot say travels beside it.
        if !fourOctetASN, !path.fitsTwoOctets { list.append(.as4Path(path)) }
        if !route.largeCommunities.isEmpty { list.append(.largeCommunities(route.largeCommunities)) }
        return list
    }
}

import Addresses
import BGP
import ClusterConfiguration

// What BGP makes of one address of one Service on one node.
extension AnnouncementRules {
    /// One advertisement's share in a route.
    struct Contribution: Hashable, Sendable {
        var prefix: IPPrefix
        var advertisement: Int
    }

    /// Two advertisements that want different local preferences for one route; the first has its way.
    struct PreferenceConflict: Hashable, Sendable {
        var first: Int
        var later: Int
    }

    /// What a Service brings to the routes of a node.
    func contributions(_ facts: ServiceFacts, node: Int) -> [Contribution] {
        guard roster.announcers.contains(node), endpointObstacle(facts, node: node) == nil else { return [] }
        return facts.addresses.flatMap { address in
            address.bgp.filter { bgpSelected[$0].contains(node) }
                .map { Contribution(prefix: bgp[$0].prefix(of: address.address), advertisement: $0) }
        }
    }

    /// Whether a route of this advertisement goes to the peer, if the node has a session with it.
    func reaches(_ advertisement: Int, _ peer: Peer, _ family: AddressFamily) -> Bool {
        peer.carries(family) && bgp[advertisement].peers?.contains(peer.name) ?? true
    }

    /// What a peer is told of a route to which these advertisements, in ascending order, have a share; `nil` if nothing.
    ///
    /// Communities are united. The first local preference counts; an advertisement without one has no say in it.
    func attributes(_ advertisements: [Int], to peer: Peer, _ family: AddressFamily) -> RouteAttributes? {
        let sources = advertisements.filter { reaches($0, peer, family) }.map { bgp[$0] }
        guard let first = sources.first else { return nil }
        let preference = peer.isInternal ? sources.lazy.compactMap(\.localPreference).first : nil
        guard sources.count > 1 else {
            return RouteAttributes(
                localPreference: preference, communities: first.communities, largeCommunities: first.largeCommunities)
        }
        return RouteAttributes(
            localPreference: preference, communities: Set(sources.flatMap(\.communities)).sorted(),
            largeCommunities: Set(sources.flatMap(\.largeCommunities)).sorted())
    }

    /// Where these advertisements, in ascending order, do not agree on the local preference of a route to the peer.
    func conflicts(_ advertisements: [Int], to peer: Peer, _ family: AddressFamily) -> [PreferenceConflict] {
        let speaking = advertisements.filter { bgp[$0].localPreference != nil && reaches($0, peer, family) }
        guard let first = speaking.first else { return [] }
        return speaking.dropFirst().filter { bgp[$0].localPreference != bgp[first].localPreference }
            .map { PreferenceConflict(first: first, later: $0) }
    }

    /// The warning that names both advertisements.
    func problem(_ conflict: PreferenceConflict) -> Problem {
        LocalPreferenceRule.problem(.warning, first: bgp[conflict.first], later: bgp[conflict.later])
    }
}

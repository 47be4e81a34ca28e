import Addresses
import BGP
import ClusterConfiguration

// What BGP makes of one address of one Service on one node.
extension AnnouncementRules {
    /// One advertisement's share in a route.
    struct Contribution: Hashable, Sendable {
        var prefix: IPPrefix
        var advertisement: Int
        /// How many usable endpoints the node itself has for the address; `nil` where any node serves with all of them.
        var endpoints: Int?
    }

    /// Two advertisements that want different things for one route; the first has its way.
    struct SettingConflict: Hashable, Sendable, Comparable {
        var first: Int
        var later: Int
        var setting: RouteSetting

        static func < (a: SettingConflict, b: SettingConflict) -> Bool {
            (a.later, a.first, a.setting) < (b.later, b.first, b.setting)
        }
    }

    /// What a Service brings to the routes of a node.
    ///
    /// - Parameters:
    ///   - isWaiting: whether a node that is being drained still keeps the routes of this advertisement.
    ///   - lingers: whether a node still keeps the route of an address that it gives up to nodes with ready endpoints.
    func contributions(
        _ facts: ServiceFacts, node: Int, isWaiting: (Int) -> Bool = { _ in false },
        lingers: (LingeringRoute) -> Bool = { _ in false }
    ) -> [Contribution] {
        guard nodeList.advertisers.contains(node) else { return [] }
        return facts.addresses.flatMap { address -> [Contribution] in
            guard endpointObstacle(address, node: node) == nil,
                !isOutranked(address, node: node) || lingers(LingeringRoute(facts.service.name, address.address))
            else { return [] }
            let endpoints = facts.endpoints(address.address.family, on: nodeList.nodes[node].name)
            let isDispensable = isDispensable(address, node: node)
            return address.bgp.filter { bgpSelected[$0].contains(node) && (!isDispensable || isWaiting($0)) }
                .map {
                    Contribution(
                        prefix: bgp[$0].prefix(of: address.address), advertisement: $0, endpoints: endpoints)
                }
        }
    }

    /// Whether a node is being drained, and another that is not tells a router of the address.
    ///
    /// Which router does not matter: nodes may have one each, and routers tell each other.
    ///
    /// A node with a ready endpoint gives nothing up to nodes whose endpoints terminate.
    func isDispensable(_ address: ServiceFacts.AddressFacts, node: Int) -> Bool {
        guard nodeList.leaving.contains(node), address.isReachable else { return false }
        let serving = address.local.map { $0.terminating.contains(node) ? $0.all : $0.ready }
        return !advertisers(of: address, among: nodeList.dependable, serving).isEmpty
    }

    /// Whether all endpoints of the node terminate, and another node that tells a router of the address has a ready one.
    ///
    /// kube-proxy sends what still arrives at such a node to the endpoints that terminate, so that nothing is lost until
    /// the routers know.
    func isOutranked(_ address: ServiceFacts.AddressFacts, node: Int) -> Bool {
        guard address.local?.terminating.contains(node) == true else { return false }
        return !readyAdvertisers(of: address).isEmpty
    }

    /// The nodes with a ready endpoint that tell a router of the address. A node that is being drained is one of them: it
    /// does so as long as no other takes over.
    func readyAdvertisers(of address: ServiceFacts.AddressFacts) -> NodeSet {
        advertisers(of: address, among: nodeList.healthy, address.local?.ready)
    }

    /// - Parameter serving: the nodes that count as able to serve; `nil`: all.
    private func advertisers(
        of address: ServiceFacts.AddressFacts, among nodes: NodeSet, _ serving: NodeSet?
    ) -> NodeSet {
        var result = NodeSet()
        for advertisement in address.bgp {
            result.formUnion(bgpReach[address.address.family]?[advertisement] ?? NodeSet())
        }
        result.formIntersection(nodes)
        if let serving { result.formIntersection(serving) }
        return result
    }

    /// Whether a route of this advertisement goes to the peer, if the node has a session with it.
    func reaches(_ advertisement: Int, _ peer: Peer, _ family: AddressFamily) -> Bool {
        peer.carries(family) && bgp[advertisement].peers?.contains(peer.name) ?? true
    }

    /// What a peer gets for a route of a node; `nil` if nothing.
    ///
    /// Communities are united. Of what a route has one of, the first value counts, in the order of the advertisements; one
    /// that says nothing has no say in it.
    func attributes(_ table: RouteTable, _ prefix: IPPrefix, to peer: Peer, node: Int) -> RouteAttributes? {
        let sources = table.advertisements(of: prefix).filter { reaches($0, peer, prefix.family) }
        guard let first = sources.first else { return nil }
        let isLeaving = nodeList.leaving.contains(node)
        var communities = sources.count == 1 ? bgp[first].communities : sources.flatMap { bgp[$0].communities }
        // RFC 8326 §4.2: routers prefer any other route, for as long as there is one.
        if isLeaving { communities.append(.gracefulShutdown) }
        var preference = peer.isInternal ? sources.lazy.compactMap { bgp[$0].localPreference }.first : nil
        // RFC 8326 §4.2: within the AS the sender says so itself.
        if isLeaving, peer.isInternal { preference = 0 }
        let endpoints = sources.first { bgp[$0].weighsEndpoints }.flatMap { table.endpoints(of: prefix, $0) }
        return RouteAttributes(
            localPreference: preference,
            multiExitDiscriminator: sources.lazy.compactMap { bgp[$0].multiExitDiscriminator }.first,
            communities: communities,
            largeCommunities: sources.count == 1
                ? bgp[first].largeCommunities : sources.flatMap { bgp[$0].largeCommunities },
            extendedCommunities: endpoints.map { [linkBandwidth(endpoints: $0, to: peer)] } ?? [],
            prepending: peer.isInternal ? 0 : sources.lazy.map { bgp[$0].prepending }.first { $0 > 0 } ?? 0)
    }

    private func linkBandwidth(endpoints: Int, to peer: Peer) -> ExtendedCommunity {
        .linkBandwidth(
            Float(endpoints) * AnnouncementRules.bandwidthOfEndpoint, asn: ASN(peer.localASN ?? peer.myASN),
            // RFC 4360 §6: what is not transitive does not cross the border of an AS.
            isTransitive: !peer.isInternal)
    }

    /// In octets a second: one megabit. Routers compare; that no endpoint is so slow does not matter.
    static let bandwidthOfEndpoint: Float = 125_000

    /// Where the advertisements of a route do not agree on what the peer should get.
    func conflicts(_ table: RouteTable, _ prefix: IPPrefix, to peer: Peer) -> [SettingConflict] {
        let sources = table.advertisements(of: prefix).filter { reaches($0, peer, prefix.family) }
        guard sources.count > 1 else { return [] }
        return RouteSetting.allCases.flatMap { setting in
            let speaking = sources.filter { setting.value(in: bgp[$0]) != nil }
            guard let first = speaking.first else { return [SettingConflict]() }
            return speaking.dropFirst().filter { setting.value(in: bgp[$0]) != setting.value(in: bgp[first]) }
                .map { SettingConflict(first: first, later: $0, setting: setting) }
        }
    }

    /// The warning that names both advertisements.
    func problem(_ conflict: SettingConflict) -> Problem {
        RouteSettingRule.problem(
            .warning, conflict.setting, first: bgp[conflict.first], later: bgp[conflict.later])
    }

    /// Why a node that is being drained does not tell of an address any more; `nil` if it does.
    func departure(
        _ address: ServiceFacts.AddressFacts, _ advertisements: [Int], node: Int, isWaiting: (Int) -> Bool
    ) -> (reason: NotAnnouncedReason, message: String)? {
        guard isDispensable(address, node: node), !advertisements.contains(where: isWaiting) else { return nil }
        if nodeList.nodes[node].isExcluded {
            return (
                .excluded, "The node has the label \(NodeView.excludeLabel), and other nodes advertise the address."
            )
        }
        let predicate = nodeList.nodes[node].drain?.predicate ?? "is being drained"
        return (.draining, "The node \(predicate), and other nodes advertise the address.")
    }
}

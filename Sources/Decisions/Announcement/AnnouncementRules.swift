import Addresses
import ClusterConfiguration

/// The configuration applied to the nodes: everything that can be said before a Service is looked at.
struct AnnouncementRules: Sendable {
    /// Without the advertisements that ``RouteSettingRule`` leaves out.
    let layer2: [Layer2Advertisement]
    let bgp: [BGPRouteAdvertisement]
    let peers: [Peer]
    let nodeList: NodeList
    let problems: [Problem]
    /// By advertisement, the nodes that it selects.
    let layer2Selected: [NodeSet]
    /// By advertisement, the nodes that it selects and that have one of its interfaces.
    let layer2Nodes: [NodeSet]
    /// By advertisement, the weight that it gives to each node by index; empty if it prefers none.
    let layer2Weights: [[Int]]
    /// By advertisement, the nodes that it selects.
    let bgpSelected: [NodeSet]
    /// By peer, the nodes that have a session with it.
    let sessions: [NodeSet]
    /// By family and advertisement, the nodes that tell some peer of its routes.
    let bgpReach: [AddressFamily: [NodeSet]]
    private let layer2Index: AdvertisementIndex
    private let bgpIndex: AdvertisementIndex
    private let hasLayer2: Bool
    private let hasBGP: Bool

    init(_ configuration: Configuration, _ nodeList: NodeList) {
        let (bgp, problems) = RouteSettingRule.resolve(configuration, nodes: nodeList.nodes)
        self.nodeList = nodeList
        self.bgp = bgp
        self.problems = problems
        layer2 = configuration.layer2Advertisements
        peers = configuration.peers
        // Many advertisements name the same nodes and interfaces; each choice is applied to the nodes once.
        var choices: [[Selector]: NodeSet] = [:]
        func selected(by selectors: [Selector]) -> NodeSet {
            guard !selectors.isEmpty else { return NodeSet(all: nodeList.nodes.count) }
            if let known = choices[selectors] { return known }
            let nodes = nodeList.indices { node in selectors.contains { $0.matches(node.labels) } }
            choices[selectors] = nodes
            return nodes
        }
        var owners: [InterfaceSelection: NodeSet] = [:]
        func having(_ interfaces: InterfaceSelection) -> NodeSet {
            if let known = owners[interfaces] { return known }
            let nodes = nodeList.indices { $0.hasInterface(of: interfaces) }
            owners[interfaces] = nodes
            return nodes
        }
        layer2Selected = layer2.map { selected(by: $0.nodeSelectors) }
        layer2Nodes = zip(layer2, layer2Selected).map { $1.intersection(having($0.interfaces)) }
        layer2Weights = layer2.map { advertisement in
            advertisement.preferences.isEmpty
                ? []
                : nodeList.nodes.map { node in
                    advertisement.preferences.reduce(0) { $1.selector.matches(node.labels) ? $0 + $1.weight : $0 }
                }
        }
        bgpSelected = bgp.map { selected(by: $0.nodeSelectors) }
        sessions = peers.map { selected(by: $0.nodeSelectors) }
        bgpReach = AnnouncementRules.reach(of: bgp, bgpSelected, configuration.peers, sessions)
        layer2Index = AdvertisementIndex(layer2.map { ($0.pools, $0.serviceSelectors) })
        bgpIndex = AdvertisementIndex(bgp.map { ($0.pools, $0.serviceSelectors) })
        hasLayer2 = !configuration.layer2Advertisements.isEmpty
        hasBGP = !configuration.bgpAdvertisements.isEmpty
    }

    private static func reach(
        of bgp: [BGPRouteAdvertisement], _ selected: [NodeSet], _ peers: [Peer], _ sessions: [NodeSet]
    ) -> [AddressFamily: [NodeSet]] {
        var reach: [AddressFamily: [NodeSet]] = [:]
        for family in AddressFamily.allCases {
            reach[family] = zip(bgp, selected).map { advertisement, nodes in
                zip(peers, sessions)
                    .filter { peer, _ in peer.carries(family) && advertisement.peers?.contains(peer.name) ?? true }
                    .reduce(into: NodeSet()) { $0.formUnion($1.1.intersection(nodes)) }
            }
        }
        return reach
    }

    /// Whether there is anything to say of a protocol where no advertisement of it is about an address: only if the
    /// configuration has an advertisement of it at all, or none of any protocol.
    func mentions(_ protocol: NotAnnounced.AnnouncementProtocol) -> Bool {
        switch `protocol` {
        case .layer2: hasLayer2 || !hasBGP
        case .bgp: hasBGP || !hasLayer2
        }
    }

    /// Whether decisions by these rules may differ from decisions by the others.
    func decidesAlike(_ other: AnnouncementRules) -> Bool {
        nodeList.hasSameIndices(as: other.nodeList) && nodeList.announcers == other.nodeList.announcers
            && nodeList.advertisers == other.nodeList.advertisers && nodeList.leaving == other.nodeList.leaving
            && nodeList.healthy == other.nodeList.healthy && nodeList.last == other.nodeList.last
            && layer2 == other.layer2 && bgp == other.bgp && peers == other.peers
            && layer2Nodes == other.layer2Nodes && layer2Weights == other.layer2Weights
            && bgpSelected == other.bgpSelected && sessions == other.sessions
    }

    /// - Parameter effort: what was looked at is added to it.
    func facts(of service: AnnouncedService, _ effort: inout AnnouncementEffort) -> ServiceFacts {
        func matching(_ candidates: [Int], _ selectors: (Int) -> [Selector]) -> [Int] {
            effort.advertisementsTried += candidates.count
            return candidates.filter { candidate in
                let selectors = selectors(candidate)
                return selectors.isEmpty || selectors.contains { $0.matches(service.labels) }
            }
        }
        func local(_ family: AddressFamily) -> ServiceFacts.LocalNodes? {
            guard service.externalTrafficPolicy == .local, let endpoints = service.endpoints(family) else { return nil }
            return ServiceFacts.LocalNodes(
                ready: nodeList.indices(of: endpoints.ready.keys),
                terminating: nodeList.indices(of: endpoints.terminating.keys))
        }
        let addresses = service.addresses.map { assigned in
            let family = assigned.address.family
            let layer2 = matching(layer2Index.candidates(pool: assigned.pool, labels: service.labels)) {
                self.layer2[$0].serviceSelectors
            }
            let bgp = matching(bgpIndex.candidates(pool: assigned.pool, labels: service.labels)) {
                self.bgp[$0].serviceSelectors
            }
            return ServiceFacts.AddressFacts(
                address: assigned.address, isShared: assigned.isShared, layer2: layer2,
                layer2IfShared: layer2.filter { self.layer2[$0].serviceSelectors.isEmpty }, bgp: bgp,
                isReachable: service.endpoints(family)?.isUsable ?? true, local: local(family))
        }
        return ServiceFacts(service: service, addresses: addresses)
    }
}

extension NodeView {
    /// Whether the node has one of the interfaces, as far as is known.
    fileprivate func hasInterface(of selection: InterfaceSelection) -> Bool {
        guard let interfaces, case .named(let names) = selection else { return true }
        return !interfaces.isDisjoint(with: names)
    }
}

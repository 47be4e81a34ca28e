import Addresses
import BGP
import ClusterConfiguration
import KubernetesModel

/// Decides which node announces which address how, and says what that changes for the local node.
///
/// Give it what is and what changes. Then ask ``takeChanges()`` which of its answers may be different, and ask for these:
/// ``roles(of:)`` of an address, ``localRoutes`` of a prefix. An answer depends on its inputs alone: the
/// configuration, the Services, the nodes, the reachable ones, and the holders of addresses. It does not depend on the order in
/// which they came, nor on what the engine answered before. So speakers that see the same answer alike, without asking
/// each other, also while one of them has only just started.
///
/// **Owners stay.** That an owner keeps its address while it can is history, and history would make two speakers
/// differ: one that has long seen three nodes, and one that sees the three only now. So the engine keeps none. Who holds
/// an address is an input (``apply(holder:of:on:)``), a fact that the wire knows and that every speaker can learn from
/// it: a holder announces its addresses, and answers those who probe. A holder that is reachable and of the best standing
/// keeps its address when other nodes join; addresses without a known holder go by the election. A node that joins probes
/// before it claims, learns of the holder, reports it to its engine, and so comes to the answer of the others. Where no
/// holder is ever reported, as in `plan`, all is by election.
///
/// Costs: a Service's event, the order of the number of nodes for each of its addresses and of the advertisements that
/// match it, however many Services share an address, and of the few others in its election that make room; a node's or a segment's, the addresses that it is eligible for; a new
/// configuration, everything. What the local node does changes only where the answer does.
package struct AnnouncementEngine: Sendable {
    /// The node whose roles and routes are asked for.
    package let localNode: String

    private(set) var configuration = Configuration()
    private(set) var rules: AnnouncementRules
    private(set) var services: [NamespacedName: ServiceFacts] = [:]
    private(set) var claims: [IPAddress: AddressClaims] = [:]
    private(set) var liveness = Liveness.everyone
    /// One for each segment, sorted by interface.
    private(set) var segments: [SegmentElection] = []
    /// Why the local node must not answer for an address although it owns it.
    private(set) var conflicts: [IPAddress: String] = [:]
    /// By interface (the empty name for the segment that all share) and address, the node that holds it.
    private var holders: [String: [IPAddress: String]] = [:]

    /// See ``takeChanges()``.
    private var changes = AnnouncementChanges()
    package private(set) var effort = AnnouncementEffort()

    private var routes = RouteTable()
    private var contributions: [NamespacedName: [AnnouncementRules.Contribution]] = [:]
    /// What the local node advertises to each peer, by name.
    package private(set) var localRoutes: [IPPrefix: [String: RouteAttributes]] = [:]
    private var settingConflicts: [IPPrefix: Set<AnnouncementRules.SettingConflict>] = [:]
    /// What is known of the local node's interfaces; `nil` if they were not read, as in `plan`.
    package var interfaceNotes: InterfaceNotes?
    /// For how long the local node has been leaving; `nil`: for longer than anything waits.
    private var drainedFor: Duration?
    /// What the local node gives up to a node that has become able to serve it only just now. It keeps the routes until
    /// ``apply(lingeringIsOver:)``.
    package private(set) var lingering: Set<LingeringRoute> = []

    /// An engine that knows one healthy node, the local one, and nothing else.
    package init(localNode: String) {
        self.localNode = localNode
        rules = AnnouncementRules(Configuration(), NodeList([NodeView(localNode)]))
        segments = makeSegments()
    }

    /// What may be different since the last call.
    package mutating func takeChanges() -> AnnouncementChanges {
        defer { changes = AnnouncementChanges() }
        return changes
    }

    /// What is wrong with the advertisements taken together; sorted, without repetition. Warnings about routes concern
    /// those of the local node.
    package var problems: [Problem] {
        let conflicts = settingConflicts.values.reduce(into: Set()) { $0.formUnion($1) }
        return rules.problems + conflicts.sorted().map(rules.problem)
    }
}

// MARK: - Inputs

extension AnnouncementEngine {
    /// The configuration is this now.
    package mutating func apply(_ configuration: Configuration) {
        guard configuration != self.configuration else { return }
        self.configuration = configuration
        apply(AnnouncementRules(configuration, rules.nodeList))
    }

    /// The nodes are these now. None at all means one healthy node, the local one.
    package mutating func apply(_ nodes: [NodeView]) {
        let nodeList = NodeList(nodes.isEmpty ? [NodeView(localNode)] : nodes)
        guard nodeList != rules.nodeList else { return }
        apply(AnnouncementRules(configuration, nodeList))
    }

    /// The local node, if it is being drained, is so for this long; `nil`: for longer than any advertisement's `drainTime`.
    package mutating func apply(drainedFor time: Duration?) {
        let former = rules.bgp.indices.filter(isWaiting)
        drainedFor = time
        guard let localIndex, rules.nodeList.leaving.contains(localIndex), rules.bgp.indices.filter(isWaiting) != former
        else { return }
        rebuildRoutes()
        settle(layer2: [], routes: Set(localRoutes.keys).union(routes.prefixes))
    }

    /// Whether the local node is being drained.
    package var isLeaving: Bool { localIndex.map(rules.nodeList.leaving.contains) ?? false }

    /// The next time of ``apply(drainedFor:)`` that makes a difference; `nil`: none.
    package var nextDrainTime: Duration? {
        guard let localIndex, rules.nodeList.leaving.contains(localIndex) else { return nil }
        return rules.bgp.indices.lazy.filter(isWaiting).map { rules.bgp[$0].drainTime }.min()
    }

    /// These routes have been kept for long enough, see ``lingering``.
    package mutating func apply(lingeringIsOver routes: Set<LingeringRoute>) {
        let ending = lingering.intersection(routes)
        guard !ending.isEmpty else { return }
        lingering.subtract(ending)
        var prefixes: Set<IPPrefix> = []
        for name in Set(ending.map(\.service)) { contribute(name, &prefixes) }
        settle(layer2: [], routes: prefixes)
    }

    /// A Service was added or changed.
    package mutating func apply(_ service: AnnouncedService) {
        let former = services[service.name]
        guard former?.service != service else { return }
        replace(former, with: rules.facts(of: service, &effort), service.name)
    }

    /// A Service is gone, or has no address any more.
    package mutating func remove(_ service: NamespacedName) {
        guard let former = services[service] else { return }
        replace(former, with: nil, service)
    }

    /// These nodes are reachable now, on these segments.
    package mutating func apply(_ liveness: Liveness) {
        guard liveness != self.liveness else { return }
        self.liveness = liveness
        let wanted = segmentMembers
        guard wanted.map(\.interface) == segments.map(\.interface) else {
            segments = makeSegments()
            reelect()
            return
        }
        for index in segments.indices { segments[index].setMembers(wanted[index].members) }
        settle(layer2: [], routes: [])
    }

    /// A node is known to hold an address on the segment of a local interface (`nil`: on the one that all share); or, with
    /// a `nil` holder, none is known to.
    ///
    /// Report what was claimed, and took effect: also by the local node.
    package mutating func apply(
        holder: String?, of address: IPAddress, on interface: String? = nil
    ) {
        holders[interface ?? "", default: [:]][address] = holder
        guard let index = segments.firstIndex(where: { $0.interface == interface }) else { return }
        segments[index].setHolder(holder.flatMap { rules.nodeList.index(of: $0) }, of: address)
        settle(layer2: [address], routes: [])
    }

    /// Forgets the holder of an address: it has none any more.
    package mutating func forgetHolders(of address: IPAddress) {
        for interface in holders.keys { holders[interface]?[address] = nil }
        for index in segments.indices { segments[index].setHolder(nil, of: address) }
    }

    /// Forgets who holds anything, so that all is by election.
    mutating func forgetHolders() {
        holders = [:]
        segments = makeSegments()
        reelect()
    }

    /// A stranger answers for the address, so that the local node must not: says who it is and where, for a person;
    /// `nil`: no longer.
    ///
    /// The address stays with its owner, which does not announce it: another owner would not help.
    package mutating func apply(conflict: String?, of address: IPAddress) {
        conflicts[address] = conflict
        settle(layer2: [address], routes: [])
    }
}

// MARK: - Decisions

extension AnnouncementEngine {
    var localIndex: Int? { rules.nodeList.index(of: localNode) }

    private mutating func apply(_ rules: AnnouncementRules) {
        let isSame = rules.decidesAlike(self.rules)
        self.rules = rules
        if isSame { return }
        claims = [:]
        for (name, former) in services {
            let facts = rules.facts(of: former.service, &effort)
            services[name] = facts
            for address in facts.addresses {
                claims[address.address, default: AddressClaims()].insert(address, of: name)
            }
        }
        rebuildRoutes()
        segments = makeSegments()
        reelect(routes: Set(localRoutes.keys).union(routes.prefixes))
    }

    /// Whether the local node, if it is being drained, still keeps the routes of an advertisement.
    func isWaiting(_ advertisement: Int) -> Bool {
        drainedFor.map { rules.bgp[advertisement].drainTime > $0 } ?? false
    }

    private mutating func rebuildRoutes() {
        routes = RouteTable()
        contributions = [:]
        guard let localIndex else { return }
        for (name, facts) in services {
            let shares = rules.contributions(
                facts, node: localIndex, isWaiting: isWaiting, lingers: lingering.contains)
            contributions[name] = shares
            for share in shares { routes.add(share) }
        }
    }

    /// Fills the segments, which are empty.
    private mutating func reelect(routes: Set<IPPrefix> = []) {
        for address in claims.keys { setEligibility(of: address) }
        settle(layer2: Set(claims.keys), routes: routes)
    }

    private mutating func replace(
        _ former: ServiceFacts?, with facts: ServiceFacts?, _ name: NamespacedName
    ) {
        services[name] = facts
        let before = Set(former?.addresses.map(\.address) ?? [])
        let after = Set(facts?.addresses.map(\.address) ?? [])
        for address in former?.addresses ?? [] { claims[address.address]?.remove(address, of: name) }
        for address in facts?.addresses ?? [] {
            claims[address.address, default: AddressClaims()].insert(address, of: name)
        }
        for address in before.subtracting(after) where claims[address]?.services.isEmpty == true {
            claims[address] = nil
        }
        for address in before.union(after) { setEligibility(of: address) }
        noteLingering(name, former, facts)
        var prefixes: Set<IPPrefix> = []
        contribute(name, &prefixes)
        settle(layer2: before.union(after), routes: prefixes)
    }

    /// Brings what a Service contributes to the routes up to date; adds the prefixes that this touches.
    private mutating func contribute(_ name: NamespacedName, _ prefixes: inout Set<IPPrefix>) {
        for share in contributions.removeValue(forKey: name) ?? [] {
            routes.remove(share)
            prefixes.insert(share.prefix)
        }
        guard let facts = services[name], let localIndex else { return }
        let shares = rules.contributions(facts, node: localIndex, isWaiting: isWaiting, lingers: lingering.contains)
        contributions[name] = shares
        for share in shares {
            routes.add(share)
            prefixes.insert(share.prefix)
        }
    }

    /// Make before break: where the local node, whose endpoints terminate, has been alone in serving an address, and
    /// another node gets a ready endpoint, the route stays until the other's has had time to arrive. Where another has had
    /// one before, its route is there already.
    private mutating func noteLingering(_ name: NamespacedName, _ former: ServiceFacts?, _ facts: ServiceFacts?) {
        guard let localIndex else { return }
        for old in former?.addresses ?? [] {
            let route = LingeringRoute(name, old.address)
            let now = facts?.addresses.first { $0.address == old.address }
            guard let now, rules.isOutranked(now, node: localIndex) else {
                lingering.remove(route)
                continue
            }
            let wasServing = rules.endpointObstacle(old, node: localIndex) == nil
            let others = rules.readyAdvertisers(of: old).subtracting(NodeSet([localIndex]))
            if wasServing, others.isEmpty { lingering.insert(route) }
        }
    }

    /// The segments to have, and the reachable nodes there.
    private var segmentMembers: [(interface: String?, members: NodeSet)] {
        let nodeList = rules.nodeList
        return switch liveness {
        case .everyone: [(nil, NodeSet(all: nodeList.nodes.count))]
        case .segments(let segments):
            segments.sorted { $0.key < $1.key }.map { ($0.key, nodeList.indices(of: $0.value.union([localNode]))) }
        }
    }

    private func makeSegments() -> [SegmentElection] {
        segmentMembers.map { interface, members in
            var segment = SegmentElection(interface: interface, members: members, hashes: rules.nodeList.hashes)
            for (address, holder) in holders[interface ?? ""] ?? [:] {
                segment.setHolder(rules.nodeList.index(of: holder), of: address)
            }
            return segment
        }
    }

    private mutating func setEligibility(of address: IPAddress) {
        let claims = claims[address] ?? AddressClaims()
        let isShared = claims.isShared
        effort.claimsWeighed += claims.counts.count
        let advertisements = Set(claims.counts.keys.flatMap { rules.layer2Advertisements($0, isShared: isShared) })
        for index in segments.indices {
            let interface = segments[index].interface
            let candidates = claims.counts.map { facts, count in
                (nodes: rules.candidates(facts, isShared: isShared, on: interface), count: count)
            }
            let eligibility = Eligibility(
                services: candidates.map { Eligibility.Served(nodes: $0.nodes.ready, count: $0.count) },
                terminating: candidates.map { Eligibility.Served(nodes: $0.nodes.terminating, count: $0.count) },
                last: rules.nodeList.last,
                weights: rules.weights(advertisements, on: interface),
                preemption: rules.preemption(advertisements, on: interface))
            segments[index].set(eligibility, of: address)
        }
    }

    /// Settles the elections, and notes the addresses that changed hands, and those given; and the prefixes whose routes are
    /// different.
    private mutating func settle(layer2: Set<IPAddress>, routes prefixes: Set<IPPrefix>) {
        changes.addresses.formUnion(layer2)
        for index in segments.indices { changes.addresses.formUnion(segments[index].settle()) }
        for prefix in prefixes { updateRoute(prefix) }
    }

    private mutating func updateRoute(_ prefix: IPPrefix) {
        var current: [String: RouteAttributes] = [:]
        var conflicts: Set<AnnouncementRules.SettingConflict> = []
        if let localIndex {
            for (peer, nodes) in zip(rules.peers, rules.sessions) where nodes.contains(localIndex) {
                current[peer.name] = rules.attributes(routes, prefix, to: peer, node: localIndex)
                conflicts.formUnion(rules.conflicts(routes, prefix, to: peer))
            }
        }
        settingConflicts[prefix] = conflicts.isEmpty ? nil : conflicts
        guard current != localRoutes[prefix] ?? [:] else { return }
        localRoutes[prefix] = current.isEmpty ? nil : current
        changes.prefixes.insert(prefix)
    }
}

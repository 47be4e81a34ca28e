import Addresses
import Announcement
import BFD
import BGP
import ClusterConfiguration
import Interfaces
import KubernetesModel
import LinkLayer
import Timing

/// What one node's speaker does: from what is in the cluster, on the host and on the wire, to the orders for its engines.
///
/// A value: it decides, ``SpeakerService`` acts. Who announces what is ``AnnouncementEngine``'s decision; this adds what
/// it means for this node: which interfaces are listened on, whom to expect there, which sessions to hold, and that
/// nothing is claimed on a segment before it is known who else is there; and what the wire has shown goes back into the
/// decision, so that owners stay.
package struct SpeakerCore: Sendable {
    package enum Event: Sendable {
        case updated(SpeakerUpdate)
        /// The interfaces of the host are these now.
        case linksChanged(InterfaceTable)
        /// The router on an interface, for unnumbered peers, is another one.
        case routerChanged(RouterChange)
        /// By interface, the other reachable nodes; an interface is missing until it was listened to for as long as
        /// it takes to find every node.
        case heard([String: [String: Set<MACAddress>]])
        /// The wire has shown this.
        case reported([Layer2Report])
        /// This node is to take the addresses, one after the other, that would be its own if owners did not stay.
        case rebalanced
    }

    package enum Action: Hashable, Sendable {
        /// Listen and send on these interfaces.
        case listen(on: [Interface])
        /// Expect these nodes, this one among them.
        case expect(nodes: [String])
        /// Hold sessions with these peers.
        case hold(sessions: [BGPPeerSettings])
        /// Find the routers on these interfaces, by index.
        case findRouters(on: [Int32: String])
        case claim([Layer2Change])
        case advertise([RouteChange])
    }

    package let node: String
    package let nodePolicy: NodePolicy
    package internal(set) var engine: AnnouncementEngine
    var configuration = Configuration()
    var nodes: [Node] = []
    var table = InterfaceTable()
    private var heard: [String: [String: Set<MACAddress>]] = [:]
    /// By interface, the nodes whose frames arrive, but not their liveness packets.
    package internal(set) var present: [String: Set<String>] = [:]
    /// What the wire has shown of each address that this node has to do with.
    package internal(set) var wire = WireRecord()
    /// Addresses that this node is still to take from others, the first of them under way.
    package internal(set) var moves: [AddressMove] = []
    /// When the next move starts, regardless of the first.
    var moveEnds: Instant?
    /// See ``takeHeldChanges()``.
    var heldChanges: Set<IPAddress> = []

    // What the engines got last, so that only differences go out.
    package private(set) var listening: [Interface] = []
    private var expected: [String]
    var identities: NodeIdentities
    var roles: [IPAddress: [String: ClaimRole]] = [:]
    private var toldHeard: [String: [UInt32: Set<MACAddress>]] = [:]
    var sessions: [BGPPeerSettings] = []
    /// By interface, the routers that advertise themselves; and where they are looked for.
    var routers: [String: IPv6Address] = [:]
    var otherRouters: [String: Set<IPv6Address>] = [:]
    var interfacesWithRouters: [Int32: String] = [:]
    /// By the routers' addresses, the index of the interface that had a prefix with the address last.
    var linkOfRouter: [IPAddress: Int32] = [:]
    /// The unnumbered peers without a router, and their interfaces.
    package internal(set) var peersWithoutRouter: [String: String] = [:]
    /// Kept as long as there are sessions, even if the node's addresses change: routers know it.
    var routerID: IPv4Address?
    /// The latest known time.
    var now = Instant.zero
    /// When this node began to be drained; `nil`: it is not, or was when it was first seen.
    var drainBegan: Instant?
    /// Until when routes that this node gives up are kept.
    var lingerEnds: [LingeringRoute: Instant] = [:]

    package init(node: String, nodePolicy: NodePolicy = NodePolicy()) {
        self.node = node
        self.nodePolicy = nodePolicy
        engine = AnnouncementEngine(localNode: node)
        expected = [node]
        identities = NodeIdentities([node])
        // Until interfaces are known there is no segment to own anything on.
        engine.apply(Liveness.segments([:]))
    }

    package mutating func handle(_ event: Event) -> [Action] {
        var actions: [Action] = []
        switch event {
        case .updated(let update): apply(update, &actions)
        case .linksChanged(let table):
            self.table = table
            engine.interfaceNotes = InterfaceNotes(table)
            updateSegments(&actions)
            performChanges(&actions)
            updateSessions(&actions)
        case .routerChanged(let change):
            routers[change.interface] = change.router
            otherRouters[change.interface] = change.others.isEmpty ? nil : change.others
            updateSessions(&actions)
        case .heard(let heard):
            self.heard = heard
            updateLiveness(&actions)
            performChanges(&actions)
        case .reported(let reports):
            note(reports, &actions)
            performChanges(&actions)
        case .rebalanced: planMoves(&actions)
        }
        return actions
    }

    /// The other nodes that liveness reaches on any segment.
    package var heardNodes: Set<String> { heard.values.reduce(into: []) { $0.formUnion($1.keys) } }

    /// Says what time it is, and what is due. Call it before each event, and no later than ``nextDeadline``.
    package mutating func advance(to now: Instant) -> [Action] {
        self.now = max(self.now, now)
        var actions: [Action] = []
        advanceDrain(&actions)
        endLingering(&actions)
        if let moveEnds, moveEnds <= self.now { finishMove(&actions) }
        return actions
    }

    /// When ``advance(to:)`` has something to do.
    package var nextDeadline: Instant? { [nextDrainDeadline, nextLingerDeadline, moveEnds].compactMap(\.self).min() }

    /// Whether every segment was listened to, so that all decisions are made on what is there.
    package var isSettled: Bool { expected.count == 1 || listening.allSatisfy { heard[$0.name] != nil } }
}

// MARK: - What is in the cluster
extension SpeakerCore {
    private mutating func apply(_ update: SpeakerUpdate, _ actions: inout [Action]) {
        if let nodes = update.nodes {
            noteDrain(from: self.nodes, to: nodes)
            self.nodes = nodes
            engine.apply(nodes.map { NodeView($0, policy: nodePolicy) })
        }
        if let configuration = update.configuration {
            self.configuration = configuration
            engine.apply(configuration)
        }
        if update.nodes != nil || update.configuration != nil { updateSegments(&actions) }
        for service in update.removed { engine.remove(service) }
        for service in update.services { engine.apply(service) }
        noteLingering()
        performChanges(&actions)
        // Routes before sessions: after a restart a router keeps what it had until it receives the end marker
        // (RFC 4724 §4.2), which must not be before the routes are there.
        if update.nodes != nil || update.configuration != nil { updateSessions(&actions) }
    }
}

// MARK: - What is on the host and on the wire
extension SpeakerCore {
    /// Interfaces named by an advertisement are used even where they would not be by themselves.
    private var namedInterfaces: Set<String> {
        configuration.layer2Advertisements.reduce(into: []) { names, advertisement in
            if case .named(let more) = advertisement.interfaces { names.formUnion(more) }
        }
    }

    private mutating func updateSegments(_ actions: inout [Action]) {
        let named = namedInterfaces
        let usesDefault = configuration.layer2Advertisements.contains { $0.interfaces == .all }
        let wanted = table.interfaces.filter { interface in
            guard let obstacle = InterfaceObstacle(of: interface, in: table) else {
                return usesDefault || named.contains(interface.name)
            }
            return obstacle.canBeOvercome && named.contains(interface.name)
        }
        let wantedNodes = Set(nodes.map(\.metadata.name)).union([node]).sorted()
        if wantedNodes != expected {
            expected = wantedNodes
            actions.append(.expect(nodes: wantedNodes))
            identities = NodeIdentities(wantedNodes)
            let numbers = Set(wantedNodes.compactMap { identities.discriminator(of: $0) })
            let own = identities.discriminator(of: node) ?? 0
            actions.append(.claim([.speakers(own: own, others: numbers.subtracting([own]))]))
        }
        if wanted != listening {
            // Packets from before an interface came back say nothing about which nodes are there now.
            let kept = Dictionary(listening.map { ($0.index, $0.name) }) { $1 }
            let renamed = wanted.compactMap { interface in
                kept[interface.index].flatMap { $0 == interface.name ? nil : (from: $0, to: interface.name) }
            }
            // All are taken before any is given: two may have exchanged their names.
            let moved = renamed.map {
                ($0.to, heard.removeValue(forKey: $0.from), present.removeValue(forKey: $0.from))
            }
            for (name, nodes, seen) in moved { (heard[name], present[name]) = (nodes, seen) }
            for interface in wanted where kept[interface.index] == nil { heard[interface.name] = nil }
            listening = wanted
            actions.append(.listen(on: wanted))
            actions.append(.claim([.watch(Set(wanted.map(\.name)))]))
        }
        updateLiveness(&actions)
    }

    mutating func updateLiveness(_ actions: inout [Action]) {
        var told: [Layer2Change] = []
        for interface in Set(toldHeard.keys).union(heard.keys).sorted() {
            let numbered = (heard[interface] ?? [:]).compactMap { node, hardwareAddresses in
                identities.discriminator(of: node).map { ($0, hardwareAddresses) }
            }
            let numbers = Dictionary(numbered) { $0.union($1) }
            guard numbers != toldHeard[interface] ?? [:] else { continue }
            toldHeard[interface] = numbers
            told.append(.heard(numbers, on: interface))
        }
        if !told.isEmpty { actions.append(.claim(told)) }
        // A single node need not listen first.
        let segments = listening.compactMap { interface in
            (heard[interface.name] ?? (expected.count == 1 ? [:] : nil)).map {
                (interface.name, Set($0.keys).union(present[interface.name] ?? []).union([node]))
            }
        }
        engine.apply(Liveness.segments(Dictionary(segments) { first, _ in first }))
    }

    /// Passes on what is different in the engine's answers.
    mutating func performChanges(_ actions: inout [Action]) {
        let changes = engine.takeChanges()
        updateRoles(of: changes.addresses, &actions)
        if !changes.prefixes.isEmpty { actions.append(.advertise(changes.prefixes.sorted().map(route))) }
    }

    /// All that is advertised for a prefix now, to any peer.
    private func route(to prefix: IPPrefix) -> RouteChange {
        var peers: [RouteAttributes: Set<String>] = [:]
        for (peer, attributes) in engine.localRoutes[prefix] ?? [:] { peers[attributes, default: []].insert(peer) }
        let advertisements = peers.sorted { ($0.value.min() ?? "") < ($1.value.min() ?? "") }
            .map { RouteChange.Advertisement(attributes: $0.key, peers: $0.value) }
        return RouteChange(prefix: prefix, advertisements: advertisements)
    }
}

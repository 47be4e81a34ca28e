import Addresses
import Announcement
import BFD
import ClusterConfiguration
import KubernetesModel
import LinkLayer
import Timing

// From what is decided to what is claimed, and from what the wire shows back to the decision.
extension SpeakerCore {
    /// Tells of the roles that are different at these addresses.
    mutating func updateRoles(of addresses: Set<IPAddress>, _ actions: inout [Action]) {
        var changes: [Layer2Change] = []
        for address in addresses.sorted() {
            let wanted = wantedRoles(of: address)
            if !engine.knows(address) { engine.forgetHolders(of: address) }
            guard wanted != roles[address] ?? [:] else { continue }
            roles[address] = wanted.isEmpty ? nil : wanted
            if wanted.isEmpty { forget(address) }
            changes.append(.assign(address, wanted))
        }
        if !changes.isEmpty { actions.append(.claim(changes)) }
    }

    private func wantedRoles(of address: IPAddress) -> [String: ClaimRole] {
        var wanted: [String: ClaimRole] = [:]
        for (interface, role) in engine.roles(of: address) {
            switch role {
            case .owner(let standing, let weight, let holder):
                wanted[interface] = .owner(
                    ClaimRank(standing: standing, weight: weight), over: holder.flatMap(identities.discriminator))
            case .standby(let standing, let weight, let mayStandIn):
                let rank = ClaimRank(standing: standing, weight: weight)
                if let move = moves.first, move.address == address, move.interface == interface, mayStandIn {
                    wanted[interface] = .owner(rank, over: identities.discriminator(of: move.holder))
                } else {
                    wanted[interface] = .standby(rank, mayStandIn: mayStandIn)
                }
            }
        }
        return wanted
    }

    /// The addresses that this node may have started or stopped answering for since the last call.
    package mutating func takeHeldChanges() -> Set<IPAddress> {
        defer { heldChanges = [] }
        return heldChanges
    }

    private mutating func forget(_ address: IPAddress) {
        if wire.held.removeValue(forKey: address) != nil { heldChanges.insert(address) }
        if wire.strangers.removeValue(forKey: address) != nil { engine.apply(conflict: nil, of: address) }
    }

    // MARK: What the wire shows

    mutating func note(_ reports: [Layer2Report], _ actions: inout [Action]) {
        for report in reports {
            switch report {
            case .holder(let holder, let address, let interface):
                // A late report concerns an address that no Service has any more.
                guard roles[address] != nil else { continue }
                noteHolder(holder, of: address, on: interface, &actions)
                engine.apply(holder: name(of: holder), of: address, on: interface)
            case .stranger(let stranger, let address, let interface):
                guard roles[address] != nil else { continue }
                wire.strangers[address, default: [:]][interface] = stranger
                if wire.strangers[address]?.isEmpty == true { wire.strangers[address] = nil }
                engine.apply(conflict: conflictText(of: address), of: address)
            case .deaf(let speaker, _, let interface):
                if let node = identities.node(withDiscriminator: speaker) {
                    wire.deaf[interface, default: [:]][node] = now
                }
            case .present(let speakers, let interface):
                let nodes = Set(speakers.compactMap { identities.node(withDiscriminator: $0) })
                present[interface] = nodes.isEmpty ? nil : nodes
                updateLiveness(&actions)
            case .forged(let witness, let address, let interface):
                note(witness, address, in: \.forged, on: interface)
            case .beliefDropped(let witness, let address, let interface):
                note(witness, address, in: \.dropped, on: interface)
            case .coldStart(let interface): planMoves(on: interface, &actions)
            }
        }
    }

    private mutating func note(
        _ witness: Witness, _ address: IPAddress,
        in record: WritableKeyPath<WireRecord, [String: [String: WireRecord.Doubt]]>, on interface: String
    ) {
        guard let node = identities.node(withDiscriminator: witness.speaker) else { return }
        wire[keyPath: record][interface, default: [:]][node] = WireRecord.Doubt(
            address: address, hardwareAddress: witness.hardwareAddress, moment: now)
    }

    private func name(of holder: ClaimHolder) -> String? {
        switch holder {
        case .nobody: nil
        case .thisNode: node
        case .speaker(let speaker): identities.node(withDiscriminator: speaker)
        }
    }

    private mutating func noteHolder(
        _ holder: ClaimHolder, of address: IPAddress, on interface: String, _ actions: inout [Action]
    ) {
        heldChanges.insert(address)
        if holder == .thisNode {
            wire.held[address, default: []].insert(interface)
        } else {
            wire.held[address]?.remove(interface)
            if wire.held[address]?.isEmpty == true { wire.held[address] = nil }
        }
        if let move = moves.first, move.address == address, move.interface == interface { finishMove(&actions) }
    }

    /// The hosts that are not speakers and use an address that is announced, a sentence for each address.
    package var strangers: [IPAddress: String] {
        wire.strangers.keys.reduce(into: [:]) { $0[$1] = conflictText(of: $1) }
    }

    private func conflictText(of address: IPAddress) -> String? {
        guard let strangers = wire.strangers[address] else { return nil }
        let all = strangers.sorted { $0.key < $1.key }.map { "\($0.value) on \($0.key)" }.joined(separator: ", ")
        let isCluster = strangers.values.contains { if case .otherCluster = $0.origin { true } else { false } }
        let isTwin = strangers.values.contains { $0.origin == .twin }
        let remedy =
            if isTwin {
                "give one of the two hosts another --node, or their clusters different names (--cluster)."
            } else if isCluster {
                "give the two clusters pools that do not overlap."
            } else {
                "remove the address from that host, or from the pool."
            }
        return "\(all) has the address and is not a speaker of this cluster: \(remedy)"
    }

    /// What is wrong between this node and others, for a person to fix.
    ///
    /// - Parameter distrusted: by interface, whose liveness packets do arrive, but are not believed: that is said elsewhere.
    package func wireProblems(distrusted: [String: Set<String>] = [:]) -> [Problem] {
        func node(_ name: String) -> ObjectReference {
            ObjectReference(kind: "Node", name: NamespacedName(namespace: nil, name: name))
        }
        var problems: [Problem] = []
        for (interface, nodes) in present.sorted(by: { $0.key < $1.key }) {
            for name in nodes.subtracting(distrusted[interface] ?? []).sorted() {
                problems.append(
                    Problem(
                        .warning, node(name),
                        "its frames reach \(self.node) on \(interface), but its liveness packets do not, so its "
                            + "failure would be detected late: allow UDP port \(Registry.singleHopPort) to the multicast groups "
                            + "\(Registry.multicastGroupIPv4) and \(Registry.multicastGroupIPv6) between the nodes"
                    ))
            }
        }
        for (interface, nodes) in wire.deaf.sorted(by: { $0.key < $1.key }) {
            // It claims again every minute.
            for name in nodes.filter({ $0.value.duration(to: now) < .seconds(130) }).keys.sorted() {
                problems.append(
                    Problem(
                        .error, node(name),
                        "it claims addresses on \(interface) that \(self.node) has, and does not receive its frames: check the link "
                            + "and the filters on the path to it"))
            }
        }
        problems += recentDoubts(wire.forged).map { interface, name, doubt in
            Problem(
                .warning, node(name),
                "a frame from \(doubt.hardwareAddress) on \(interface) claimed \(doubt.address) in the name of this node, "
                    + "which does not have it there: another host forges or replays its frames. The claim was ignored. "
                    + "Find that host. With --liveness-key-file on every node, forged frames are rejected")
        }
        problems += recentDoubts(wire.dropped).map { interface, name, doubt in
            Problem(
                .warning, node(name),
                "a frame from \(doubt.hardwareAddress) on \(interface) said that this node has \(doubt.address), but it does "
                    + "not answer for it when \(self.node) asks: the frame was forged or replayed, or frames between the "
                    + "two nodes are lost. \(self.node) ignores the claim")
        }
        return problems
    }

    /// For how long a single event is shown.
    private static let memory = Duration.seconds(300)

    /// Those that still count, in the order of interfaces and nodes.
    private func recentDoubts(
        _ doubts: [String: [String: WireRecord.Doubt]]
    ) -> [(interface: String, node: String, doubt: WireRecord.Doubt)] {
        doubts.sorted { $0.key < $1.key }.flatMap { interface, nodes in
            nodes.filter { $0.value.moment.duration(to: now) < SpeakerCore.memory }.sorted { $0.key < $1.key }
                .map { (interface, $0.key, $0.value) }
        }
    }

    // MARK: Moves that are asked for

    /// Begins to take, one after the other, the addresses that this node would have if owners did not stay.
    ///
    /// - Parameter interface: where; `nil`: everywhere.
    mutating func planMoves(on interface: String? = nil, _ actions: inout [Action]) {
        let isIdle = moves.isEmpty
        let planned = engine.misplaced().filter { interface == nil || $0.interface == interface }.map {
            AddressMove(address: $0.address, interface: $0.interface, holder: $0.holder)
        }
        moves = (moves.first.map { [$0] } ?? []) + planned.filter { $0 != moves.first }
        if isIdle { beginMove(&actions) }
    }

    /// How long one may take before the next begins.
    private static let moveTime = Duration.seconds(1)

    private mutating func beginMove(_ actions: inout [Action]) {
        guard let move = moves.first else { return }
        moveEnds = now.advanced(by: SpeakerCore.moveTime)
        updateRoles(of: [move.address], &actions)
    }

    /// The first move is over, in any way.
    mutating func finishMove(_ actions: inout [Action]) {
        guard !moves.isEmpty else { return }
        let done = moves.removeFirst()
        moveEnds = nil
        updateRoles(of: [done.address], &actions)
        beginMove(&actions)
    }
}

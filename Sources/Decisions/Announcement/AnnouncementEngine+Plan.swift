import Addresses
import BGP
import ClusterConfiguration
import KubernetesModel

// What every node does, for a person to read. These walk through what they are asked about; no event does.
extension AnnouncementEngine {
    /// Everything: every Service, every node.
    package func plan() -> AnnouncementPlan {
        plan(Array(services.keys), amid: Array(services.keys))
    }

    /// What every node owns at layer 2, and what else this node does and does not: of ``plan()`` the part that is its own,
    /// whose cost does not grow with the number of nodes.
    package func planHere() -> AnnouncementPlan {
        var plan = plan(Array(services.keys), amid: Array(services.keys), nodeIndices: localIndex.map { [$0] } ?? [])
        // The owner of a shared address may not announce it for one of its Services.
        plan.silent.removeAll { $0.node != localNode }
        return plan
    }

    /// One Service, on every node. Costs the order of the number of all addresses only where a route aggregates several.
    package func plan(for service: NamespacedName) -> AnnouncementPlan {
        guard let facts = services[service] else { return AnnouncementPlan() }
        let prefixes = Set(
            facts.addresses.flatMap { address in address.bgp.map { rules.bgp[$0].prefix(of: address.address) } })
        var context = Set(facts.addresses.flatMap { claims[$0.address]?.services ?? [] })
        let aggregates = prefixes.filter { $0.length < $0.family.bitWidth }
        if !aggregates.isEmpty {
            for (address, claims) in claims where aggregates.contains(where: { $0.contains(address) }) {
                context.formUnion(claims.services)
            }
        }
        return plan([service], amid: Array(context))
    }

    /// The plan of some Services. Their routes also take what the Services of `context`, which includes them, bring.
    ///
    /// - Parameter nodeIndices: The nodes that it is about; `nil`: all. Owners at layer 2 are named in any case.
    private func plan(
        _ names: [NamespacedName], amid context: [NamespacedName], nodeIndices: [Int]? = nil
    ) -> AnnouncementPlan {
        var plan = AnnouncementPlan()
        let chosen = nodeIndices ?? Array(rules.nodeList.nodes.indices)
        let tables = chosen.map { node in
            context.reduce(into: RouteTable()) { table, name in
                guard let facts = services[name] else { return }
                let shares = rules.contributions(
                    facts, node: node, isWaiting: { isWaiting($0, on: node) }, lingers: { lingers($0, on: node) })
                for share in shares { table.add(share) }
            }
        }
        var conflicts: Set<AnnouncementRules.SettingConflict> = []
        for facts in names.sorted().compactMap({ services[$0] }) {
            for address in facts.addresses.sorted(by: { $0.address < $1.address }) {
                let owners = nodeIndices.map {
                    Set($0).union(segments.compactMap { $0.owner(of: address.address) }).sorted()
                }
                describeLayer2(facts, address, on: owners ?? chosen, &plan)
                for (nodeIndex, table) in zip(chosen, tables) {
                    describeBGP(facts, address, on: nodeIndex, table, &plan, &conflicts)
                }
            }
        }
        plan.problems = rules.problems + conflicts.sorted().map(rules.problem)
        return plan
    }

    /// Whether a node that is being drained still keeps the routes of an advertisement. Others' time is not known here: they
    /// are taken to be done.
    private func isWaiting(_ advertisement: Int, on node: Int) -> Bool {
        node == localIndex && isWaiting(advertisement)
    }

    /// Whether a node still keeps the route of an address that it gives up; others are taken to be done.
    private func lingers(_ route: LingeringRoute, on node: Int) -> Bool {
        node == localIndex && lingering.contains(route)
    }
}

// MARK: - Layer 2

extension AnnouncementEngine {
    /// The interfaces on which a node owns the address and announces it for the Service; `nil`: none.
    ///
    /// Where it owns it on every segment, these are the interfaces that the advertisements name, also those to come.
    func interfaces(_ address: ServiceFacts.AddressFacts, isShared: Bool, node: Int) -> InterfaceSelection? {
        let advertisements = rules.layer2Advertisements(address, isShared: isShared)
        guard let named = rules.interfaces(advertisements, node: node) else { return nil }
        let won = segments.filter {
            $0.owner(of: address.address) == node
                && rules.candidates(address, isShared: isShared, on: $0.interface).contains(node)
        }
        guard !won.isEmpty else { return nil }
        if named == .all, won.count == segments.count { return .all }
        let names = Set(won.compactMap(\.interface))
        return names.isEmpty ? named : .named(names)
    }

    private func describeLayer2(
        _ facts: ServiceFacts, _ address: ServiceFacts.AddressFacts, on nodeIndices: [Int],
        _ plan: inout AnnouncementPlan
    ) {
        let isShared = claims[address.address]?.isShared == true
        let advertisements = rules.layer2Advertisements(address, isShared: isShared)
        for nodeIndex in nodeIndices {
            let node = rules.nodeList.nodes[nodeIndex]
            func noteNotAnnounced(_ reason: NotAnnouncedReason, _ message: String) {
                plan.silent.append(
                    NotAnnounced(
                        service: facts.service.name, address: address.address, protocol: .layer2, node: node.name,
                        reason: reason, message: message))
            }
            guard !advertisements.isEmpty else {
                if !address.layer2.isEmpty {
                    noteNotAnnounced(
                        .sharingRefused,
                        "The address is shared, and every matching L2Advertisement has serviceSelectors.")
                } else if rules.mentions(.layer2) {
                    noteNotAnnounced(
                        .noAdvertisement, "No L2Advertisement selects this Service and the address's pool.")
                }
                continue
            }
            if let obstacle = rules.layer2Obstacle(address, advertisements, node: nodeIndex) {
                noteNotAnnounced(obstacle.reason, obstacle.message)
                continue
            }
            if let interfaces = interfaces(address, isShared: isShared, node: nodeIndex) {
                if node.name == localNode, let conflict = conflicts[address.address] {
                    noteNotAnnounced(.conflict, conflict)
                } else {
                    plan.layer2.append(
                        Layer2Announcement(
                            service: facts.service.name, address: address.address, node: node.name,
                            interfaces: interfaces))
                }
                continue
            }
            let defeat = defeat(address, isShared: isShared, nodeIndex)
            noteNotAnnounced(defeat.reason, defeat.message)
        }
    }

    /// Why a node that may announce the address does not own it.
    private func defeat(
        _ address: ServiceFacts.AddressFacts, isShared: Bool, _ nodeIndex: Int
    ) -> (reason: NotAnnouncedReason, message: String) {
        let candidacies = segments.filter {
            rules.candidates(address, isShared: isShared, on: $0.interface).contains(nodeIndex)
        }
        let heard = candidacies.filter { $0.members.contains(nodeIndex) }
        guard !heard.isEmpty else {
            if rules.nodeList.nodes[nodeIndex].name == localNode {
                return (.interfaceMissing, missingInterfaces(address, isShared: isShared, nodeIndex))
            }
            guard !candidacies.isEmpty else {
                return (
                    .notHeard,
                    "\(localNode) is not on any segment of the address: ask the node's own speaker."
                )
            }
            return (.notHeard, "The node is not reachable from \(localNode) on any segment of the address.")
        }
        let owners = Set(heard.compactMap { $0.owner(of: address.address) }).sorted()
        let names = owners.map { rules.nodeList.nodes[$0].name }.joined(separator: ", ")
        if let local = address.local, local.terminating.contains(nodeIndex),
            owners.contains(where: local.ready.contains)
        {
            return (.notElected, "\(names) owns the address; the endpoints on this node are terminating.")
        }
        if let predicate = rules.nodeList.nodes[nodeIndex].lastPredicate,
            owners.contains(where: { !rules.nodeList.last.contains($0) })
        {
            return (.notElected, "\(names) owns the address; this node \(predicate), so it ranks last.")
        }
        return (.notElected, "\(names) owns the address.")
    }
}

extension AnnouncementEngine {
    /// Why the local node has no segment of an address.
    private func missingInterfaces(_ address: ServiceFacts.AddressFacts, isShared: Bool, _ nodeIndex: Int) -> String {
        let advertisements = rules.layer2Advertisements(address, isShared: isShared)
        guard let notes = interfaceNotes, let selection = rules.interfaces(advertisements, node: nodeIndex) else {
            return "None of the interfaces exists and is up on the node."
        }
        return notes.reason(againstAllOf: selection)
            ?? "The node is still discovering the other nodes on \(notes.usable(selection).sorted().joined(separator: ", "))."
    }
}

// MARK: - BGP

extension AnnouncementEngine {
    private func describeBGP(
        _ facts: ServiceFacts, _ address: ServiceFacts.AddressFacts, on nodeIndex: Int, _ table: RouteTable,
        _ plan: inout AnnouncementPlan, _ conflicts: inout Set<AnnouncementRules.SettingConflict>
    ) {
        let node = rules.nodeList.nodes[nodeIndex]
        func noteNotAnnounced(_ reason: NotAnnouncedReason, _ message: String, peer: String? = nil) {
            plan.silent.append(
                NotAnnounced(
                    service: facts.service.name, address: address.address, protocol: .bgp, node: node.name,
                    peer: peer, reason: reason, message: message))
        }
        guard !address.bgp.isEmpty else {
            if rules.mentions(.bgp) {
                noteNotAnnounced(.noAdvertisement, "No BGPAdvertisement selects this Service and the address's pool.")
            }
            return
        }
        let advertisements = address.bgp.filter { rules.bgpSelected[$0].contains(nodeIndex) }
        guard !advertisements.isEmpty else {
            let names = address.bgp.map { "BGPAdvertisement \(rules.bgp[$0].name)" }.joined(separator: ", ")
            noteNotAnnounced(.notSelected, "None of \(names) selects the node.")
            return
        }
        let departure = rules.departure(
            address, advertisements, node: nodeIndex, isWaiting: { isWaiting($0, on: nodeIndex) })
        if let obstacle = departure ?? node.routeObstacle ?? rules.endpointObstacle(address, node: nodeIndex) {
            noteNotAnnounced(obstacle.reason, obstacle.message)
            return
        }
        let route = LingeringRoute(facts.service.name, address.address)
        guard !rules.isOutranked(address, node: nodeIndex) || lingers(route, on: nodeIndex) else {
            noteNotAnnounced(
                .noLocalEndpoint,
                "The Service's \(address.address.family) endpoints on the node are terminating, and another node has ready ones."
            )
            return
        }
        guard !rules.peers.isEmpty else {
            noteNotAnnounced(.peerNotSelected, "There is no BGPPeer.")
            return
        }
        let prefixes = Set(advertisements.map { rules.bgp[$0].prefix(of: address.address) }).sorted()
        let announced = plan.bgp.count
        var untold: [(peer: String, why: String)] = []
        let hasSession = rules.sessions.contains { $0.contains(nodeIndex) }
        let peers = zip(rules.peers, rules.sessions).sorted { $0.0.name < $1.0.name }
        for (peer, nodes) in peers {
            guard nodes.contains(nodeIndex) else {
                // Elsewhere's peers are of interest only to a node that has none itself.
                if !hasSession { untold.append((peer.name, "BGPPeer \(peer.name) does not select the node.")) }
                continue
            }
            guard peer.carries(address.address.family) else {
                let family = address.address.family
                untold.append(
                    (peer.name, "The session with BGPPeer \(peer.name) does not carry \(family) prefixes."))
                continue
            }
            guard advertisements.contains(where: { rules.reaches($0, peer, address.address.family) }) else {
                untold.append((peer.name, "No matching BGPAdvertisement names BGPPeer \(peer.name)."))
                continue
            }
            for prefix in prefixes {
                let own = advertisements.filter {
                    rules.bgp[$0].prefix(of: address.address) == prefix
                        && rules.reaches($0, peer, prefix.family)
                }
                guard !own.isEmpty, let attributes = rules.attributes(table, prefix, to: peer, node: nodeIndex)
                else { continue }
                conflicts.formUnion(rules.conflicts(table, prefix, to: peer))
                plan.bgp.append(
                    BGPAnnouncement(
                        service: facts.service.name, address: address.address, node: node.name, peer: peer.name,
                        prefix: prefix, attributes: attributes))
            }
        }
        // A node that advertises to one peer announces, even if it does not advertise to others.
        guard plan.bgp.count == announced, !untold.isEmpty else { return }
        noteNotAnnounced(
            .peerNotSelected, untold.map(\.why).joined(separator: " "),
            peer: untold.count == 1 ? untold[0].peer : nil)
    }
}

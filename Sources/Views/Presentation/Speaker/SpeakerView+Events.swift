import Addresses
import Announcement
import BFD
import BGP
import KubernetesModel
import NodeDecisions
import Timing

// What happened, in words, for the history.
extension SpeakerView {
    /// Of so many addresses that are yielded at once the reason is looked up; more are reported without.
    private static let mostReasons = 64

    package func events(of changes: [HeldChange], at now: Timestamp) -> [EventEntry] {
        var reasons = 0
        return changes.map { change in
            let services = change.services.map(\.description)
            guard !change.isHeld else {
                let interfaces = (core.wire.held[change.address] ?? []).sorted().joined(separator: ", ")
                return EventEntry(
                    .claimed, at: now, node: core.node, services: services, ip: change.address.description,
                    "\(core.node) answers for \(change.address) on \(interfaces).")
            }
            reasons += 1
            let reason = reasons > SpeakerView.mostReasons ? "" : ": " + yieldReason(change)
            return EventEntry(
                .yielded, at: now, node: core.node, services: services, ip: change.address.description,
                "\(core.node) stopped answering for \(change.address)\(reason)")
        }
    }

    private func yieldReason(_ change: HeldChange) -> String {
        guard let service = change.services.first, core.engine.knows(change.address) else {
            return "no Service has it now."
        }
        let silence = core.engine.plan(for: service).silent.first {
            $0.node == core.node && $0.address == change.address && $0.protocol == .layer2
        }
        return silence.map { "\($0.reason): \($0.message)" } ?? "it is being claimed again."
    }

    /// So many routes at once are reported one by one; of more, only the number.
    private static let mostRoutes = 64

    package func events(of changes: [AdvertisedChange], at now: Timestamp) -> [EventEntry] {
        func summary(_ kind: EventEntry.Kind, _ peers: KeyPath<AdvertisedChange, Set<String>>, _ verb: String)
            -> EventEntry?
        {
            let routes = changes.filter { !$0[keyPath: peers].isEmpty }
            guard !routes.isEmpty else { return nil }
            let names = routes.reduce(into: Set()) { $0.formUnion($1[keyPath: peers]) }.sorted().joined(separator: ", ")
            return EventEntry(kind, at: now, node: core.node, "\(core.node) \(verb) \(routes.count) routes: \(names).")
        }
        guard changes.count <= SpeakerView.mostRoutes else {
            return [
                summary(.withdrawn, \.lost, "stopped advertising"), summary(.advertised, \.gained, "advertises"),
            ].compactMap(\.self)
        }
        return changes.flatMap { change in
            func entry(_ kind: EventEntry.Kind, _ peers: Set<String>, _ message: String) -> EventEntry? {
                guard !peers.isEmpty else { return nil }
                let isHost = change.prefix.length == change.prefix.family.bitWidth
                return EventEntry(
                    kind, at: now, node: core.node, services: change.services.map(\.description),
                    ip: isHost ? change.prefix.address.description : nil, peer: peers.count == 1 ? peers.first : nil,
                    prefix: change.prefix.description, message)
            }
            let (gained, lost) = (change.gained.sorted(), change.lost.sorted())
            return [
                entry(
                    .withdrawn, change.lost,
                    "\(core.node) stopped advertising \(change.prefix) to \(lost.joined(separator: ", ")): "
                        + withdrawalReason(change)),
                entry(
                    .advertised, change.gained,
                    "\(core.node) advertises \(change.prefix) to \(gained.joined(separator: ", ")), while the session is up."
                ),
            ].compactMap(\.self)
        }
    }

    private func withdrawalReason(_ change: AdvertisedChange) -> String {
        let silences = change.services.flatMap { core.engine.plan(for: $0).silent }.filter {
            $0.node == core.node && $0.protocol == .bgp && change.prefix.contains($0.address)
        }
        if let silence = silences.first { return "\(silence.reason): \(silence.message)" }
        let isHost = change.prefix.length == change.prefix.family.bitWidth
        if isHost, !core.engine.knows(change.prefix.address) { return "no Service has the address now." }
        return core.engine.localRoutes[change.prefix] == nil
            ? "none of its addresses is announced now." : "no advertisement names the peer now."
    }

    /// - Parameter report: what the wire has shown; `nil` if it is nothing for the history.
    package func event(of report: Layer2Report, at now: Timestamp) -> EventEntry? {
        guard case .stranger(let stranger, let address, let interface) = report, core.engine.knows(address) else {
            return nil
        }
        let message =
            stranger.map { "\($0) on \(interface) uses \(address) and is not a speaker of this cluster." }
            ?? "Resolved: no other host on \(interface) uses \(address)."
        return EventEntry(
            stranger == nil ? .conflictOver : .conflict, at: now, node: core.node,
            services: core.engine.services(at: address).map(\.description), ip: address.description,
            interface: interface, message)
    }

    package func event(of change: LivenessChange, at now: Timestamp) -> EventEntry {
        let message =
            switch change.state {
            case .up: "\(change.node) is reachable on \(change.interface), at \(change.address)."
            case .adminDown: "\(change.node) is leaving \(change.interface)."
            case .down, .initializing: "\(change.node) is not reachable on \(change.interface)."
            }
        return EventEntry(
            change.isUp ? .nodeHeard : .nodeLost, at: now, node: core.node, interface: change.interface, message)
    }

    /// The BFD session with a peer came up, or left Up.
    package static func event(of status: BFDPeerStatus, peer: String, node: String, at now: Timestamp) -> EventEntry {
        guard !status.isUp else {
            return EventEntry(.bfdUp, at: now, node: node, peer: peer, "The BFD session with \(peer) is up.")
        }
        return EventEntry(
            .bfdDown, at: now, node: node, peer: peer,
            "The BFD session with \(peer) is \(status.state): \(status.diagnostic).")
    }

    /// - Returns: `nil` unless the session came up or ended.
    package static func event(of transition: BGP.Session.Transition, peer: String, node: String, at now: Timestamp)
        -> EventEntry?
    {
        if transition.to == .established {
            return EventEntry(.sessionUp, at: now, node: node, peer: peer, "The session with \(peer) is up.")
        }
        guard transition.from == .established else { return nil }
        let reason = transition.error ?? "the event was \(transition.event)"
        return EventEntry(
            .sessionDown, at: now, node: node, peer: peer, "The session with \(peer) is down: \(reason).")
    }
}

import Addresses
import Announcement
import BFD
import BGP
import ClusterConfiguration
import Interfaces
import LinkLayer
import NetworkIO
import NodeDecisions
import Presentation
import SystemIO
import Timing
import WireIdentity

extension SpeakerService {
    /// Adds this node's announcements, reachable nodes and sessions.
    ///
    /// For layer 2 it shows the announcing node of each address, as this one sees it; for the rest, what this
    /// node does.
    ///
    /// - Parameter known: The revision that was described last: if nothing has happened since, what is announced is left out,
    ///   and nothing is done that takes longer with more Services.
    /// - Returns: The revision; `nil` once the service has stopped.
    package func describe(in document: inout StatusDocument, known: UInt64? = nil) async -> UInt64? {
        guard let view = await view() else { return nil }
        let core = view.core
        document.peers = await peers()
        if view.revision != known {
            // Not in the service's loop, which has events to take: this walks through all Services.
            let plan = core.engine.planHere()
            document.announcements = view.entries(of: plan, document.peers)
            document.silent = plan.silent.map { NotAnnouncedEntry($0) }
            document.problems += plan.problems.map { ProblemEntry($0) }
        }
        let liveness = await engines.liveness.snapshot()
        document.problems += (core.hostProblems + core.wireProblems(distrusted: liveness.distrusted)).map {
            ProblemEntry($0)
        }
        document.problems += liveness.problems(node: node).map { ProblemEntry($0) }
        document.problems += core.routerProblems.map { ProblemEntry($0) }
        document.cluster = cluster.description
        document.notReady += SpeakerService.notReadyReasons(core)
        document.segments = segments(core, liveness, now: .now)
        document.interfaces = await interfaces()
        return view.revision
    }

    /// Why this node does not announce what it should, a sentence each. Costs nothing that grows with Services or nodes.
    package func notReadyReasons() async -> [String] {
        guard let view = await view() else { return ["the speaker has stopped"] }
        return SpeakerService.notReadyReasons(view.core)
    }

    private static func notReadyReasons(_ core: SpeakerCore) -> [String] {
        (core.isSettled ? [] : ["listening for other nodes"]) + [core.nodeProblem?.message].compactMap(\.self)
    }

    /// The sessions of this node.
    package func peers(now: Timestamp = .now) async -> [PeerEntry] {
        let bfd = await engines.bfd.snapshot()
        let waiting = await view()?.core.peersWithoutRouter ?? [:]
        let entries = await engines.bgp.status().map { status in
            let zone = status.zone.map { "%" + $0 } ?? ""
            let negotiated = status.negotiated
            return PeerEntry(
                peer: status.name, address: "\(status.address)\(zone)", state: status.state.rawValue,
                since: status.since, prefixesSent: status.prefixesSent, bfd: status.bfd?.state.description,
                lastError: status.lastError, asn: negotiated?.peerASN.rawValue,
                routerID: negotiated?.peerIdentifier.description,
                holdTime: negotiated.map { Int($0.holdTime.components.seconds) },
                flaps: max(status.statistics.established - (status.state == .established ? 1 : 0), 0),
                messagesSent: PeerEntry.Messages(status.statistics.sent),
                messagesReceived: PeerEntry.Messages(status.statistics.received),
                bfdSession: bfd.sessions[status.name].map { BFDSessionEntry($0, at: bfd.moment, now: now) })
        }
        let others = waiting.map { name, interface in
            PeerEntry(
                peer: name, address: nil, state: SessionState.idle.rawValue, since: nil, prefixesSent: 0,
                lastError: "no router advertises itself on \(interface) (RFC 4861)")
        }
        return (entries + others).sorted { $0.peer < $1.peer }
    }

    private func segments(
        _ core: SpeakerCore, _ snapshot: LivenessSnapshot, now: Timestamp
    ) -> [SegmentEntry] {
        snapshot.segments.map { segment in
            SegmentEntry(
                interface: segment.interface,
                members: segment.members.map { member in
                    SegmentEntry.Member(
                        node: member.node, address: member.address.description, state: member.state.description,
                        since: now.advanced(by: snapshot.moment.duration(to: member.since)))
                }, unheard: (core.present[segment.interface] ?? []).sorted(),
                foreign: segment.foreignSpeakers.map { speaker in
                    SegmentEntry.ForeignSpeaker(
                        cluster: speaker.cluster.description, node: speaker.node,
                        address: speaker.address.description, mac: speaker.hardwareAddress.description)
                })
        }
    }

    private func interfaces() async -> [InterfaceEntry] {
        let table = engines.links.table
        return await engines.layer2.snapshot().interfaces.map { status in
            let counters = status.counters
            return InterfaceEntry(
                interface: status.name, mac: table[status.index]?.hardwareAddress?.description,
                isUp: table[status.index]?.isRunning ?? false, addresses: status.addresses,
                // Every request for an address that is announced here is answered.
                arp: .init(
                    requests: UInt64(counters.answeredIPv4), replies: UInt64(counters.answeredIPv4),
                    announcements: UInt64(counters.announcedIPv4)),
                ndp: .init(
                    requests: UInt64(counters.answeredIPv6), replies: UInt64(counters.answeredIPv6),
                    announcements: UInt64(counters.announcedIPv6)),
                drops: counters.dropped.sorted { $0.key.rawValue < $1.key.rawValue }.map {
                    InterfaceEntry.Drops(reason: $0.key.rawValue, count: UInt64($0.value))
                }, claims: InterfaceEntry.Claims(status.claims), conflicts: UInt64(counters.conflicts),
                kernelDrops: UInt64(counters.kernelDrops), forgedClaims: UInt64(status.forgedClaims),
                beliefsDropped: UInt64(status.beliefsDropped))
        }
    }
}

extension InterfaceEntry.Claims {
    /// `nil` where there is none.
    fileprivate init?(_ tally: ClaimTally) {
        guard tally != ClaimTally() else { return nil }
        self.init(
            watching: tally.watching, probing: tally.probing, holding: tally.holding, conflict: tally.blocked)
    }
}

extension BFDSessionEntry {
    fileprivate init(_ session: BFDSnapshot.Session, at moment: Instant, now: Timestamp) {
        self.init(
            since: now.advanced(by: moment.duration(to: session.status.since)),
            diagnostic: session.status.diagnostic.description,
            transmitInterval: Int(session.transmitInterval.wholeNanoseconds / 1_000_000),
            detectionTime: Int(session.detectionTime.wholeNanoseconds / 1_000_000), failures: session.failures,
            packetsSent: session.packetsSent, packetsReceived: session.packetsReceived,
            drops: session.drops.sorted { $0.key.rawValue < $1.key.rawValue }.map {
                InterfaceEntry.Drops(reason: $0.key.rawValue, count: $0.value)
            }, problem: session.problem)
    }
}

extension PeerEntry.Messages {
    fileprivate init(_ messages: SessionStatistics.Messages) {
        self.init(
            open: messages.open, update: messages.update, notification: messages.notification,
            keepalive: messages.keepalive, routeRefresh: messages.routeRefresh)
    }
}

import Presentation
import Timing

// MARK: - Figures of a status

extension PrometheusRegistry {
    /// Adds what a status says of pools, Services, announcements, layer 2, segments and sessions, taken at each scrape.
    ///
    /// A series is there as long as its thing is in the status.
    package func collectStatus(_ status: @escaping @Sendable () async -> StatusDocument) {
        collect { sink in sink.set(await status()) }
    }
}

extension MetricSink {
    fileprivate mutating func set(_ status: StatusDocument) {
        set(MetricNames.build, ["version": status.version, "role": status.role], 1)
        set(MetricNames.ready, status.notReady.isEmpty ? 1 : 0)
        for severity in ["error", "warning", "note"] {
            let count = status.problems.count { $0.severity == severity }
            set(MetricNames.configurationProblems, ["severity": severity], Double(count))
        }
        for pool in status.pools {
            for usage in pool.families {
                let labels: KeyValuePairs = ["pool": pool.pool, "family": usage.family]
                set(MetricNames.poolSize, labels, Double(usage.size))
                set(MetricNames.poolAssigned, labels, Double(usage.assigned))
                set(MetricNames.poolAvailable, labels, Double(usage.available))
            }
        }
        // Each Service is counted once in a cluster: by who assigns.
        if status.role != "speaker" {
            setCounts(
                MetricNames.services, status.assignments.map { [$0.state, $0.reason ?? ""] },
                always: [["assigned", ""]])
        }
        setCounts(
            MetricNames.announcements, status.announcements.filter { $0.node == status.node }.map { [$0.protocol] },
            always: [["layer2"], ["bgp"]])
        setCounts(
            MetricNames.notAnnounced, status.silent.filter { $0.node == status.node }.map { [$0.protocol, $0.reason] })
        for interface in status.interfaces where interface.hasRole { set(interface) }
        setCounts(
            MetricNames.segmentMembers,
            status.segments.flatMap { segment in segment.members.map { [segment.interface, $0.state] } },
            always: status.segments.map { [$0.interface, "Up"] })
        for segment in status.segments {
            set(MetricNames.segmentUnheard, ["interface": segment.interface], Double(segment.unheard?.count ?? 0))
        }
        for peer in status.peers { set(peer) }
    }

    private mutating func set(_ interface: InterfaceEntry) {
        for (name, counters) in [("arp", interface.arp), ("ndp", interface.ndp)] {
            let labels: KeyValuePairs = ["interface": interface.interface, "protocol": name]
            set(MetricNames.layer2Requests, labels, Double(counters.requests))
            set(MetricNames.layer2Replies, labels, Double(counters.replies))
            set(MetricNames.layer2Announcements, labels, Double(counters.announcements))
        }
        for (state, count) in interface.claims?.counts ?? [] {
            set(MetricNames.layer2Claims, ["interface": interface.interface, "state": state], Double(count))
        }
        for drops in interface.drops {
            set(
                MetricNames.layer2Drops, ["interface": interface.interface, "reason": drops.reason],
                Double(drops.count))
        }
        // From the beginning, so that the first one is an increase.
        set(MetricNames.conflicts, ["interface": interface.interface], Double(interface.conflicts ?? 0))
        set(MetricNames.forgedClaims, ["interface": interface.interface], Double(interface.forgedClaims ?? 0))
        set(MetricNames.beliefsDropped, ["interface": interface.interface], Double(interface.beliefsDropped ?? 0))
        set(MetricNames.layer2KernelDrops, ["interface": interface.interface], Double(interface.kernelDrops ?? 0))
    }

    private mutating func set(_ peer: PeerEntry) {
        let labels: KeyValuePairs = ["peer": peer.peer]
        set(MetricNames.sessionUp, labels, peer.isEstablished ? 1 : 0)
        // RFC 4273 §4, bgpPeerState.
        let states = ["Idle", "Connect", "Active", "OpenSent", "OpenConfirm", "Established"]
        if let index = states.firstIndex(of: peer.state) { set(MetricNames.sessionState, labels, Double(index + 1)) }
        if let since = peer.since { set(MetricNames.sessionSince, labels, Double(since.microseconds) / 1e6) }
        if let flaps = peer.flaps { set(MetricNames.sessionLosses, labels, Double(flaps)) }
        set(MetricNames.prefixesAdvertised, labels, Double(peer.prefixesSent))
        if let bfd = peer.bfd { set(MetricNames.bfdUp, labels, bfd == "Up" ? 1 : 0) }
        if let session = peer.bfdSession {
            set(MetricNames.bfdFailures, labels, Double(session.failures))
            set(MetricNames.bfdSent, labels, Double(session.packetsSent))
            set(MetricNames.bfdReceived, labels, Double(session.packetsReceived))
            for drops in session.drops {
                set(MetricNames.bfdDrops, ["peer": peer.peer, "reason": drops.reason], Double(drops.count))
            }
        }
        if let sent = peer.messagesSent { set(MetricNames.messagesSent, sent, of: peer) }
        if let received = peer.messagesReceived { set(MetricNames.messagesReceived, received, of: peer) }
    }

    private mutating func set(_ definition: MetricDefinition, _ messages: PeerEntry.Messages, of peer: PeerEntry) {
        let counts = [
            ("open", messages.open), ("update", messages.update), ("notification", messages.notification),
            ("keepalive", messages.keepalive), ("route-refresh", messages.routeRefresh),
        ]
        for (type, count) in counts { set(definition, ["peer": peer.peer, "type": type], Double(count)) }
    }

    /// Counts label values: one series for each that occurs, and for each of `always`.
    private mutating func setCounts(
        _ definition: MetricDefinition, _ occurrences: [[String]], always: [[String]] = []
    ) {
        var counts = Dictionary(always.map { ($0, 0) }, uniquingKeysWith: { first, _ in first })
        for values in occurrences { counts[values, default: 0] += 1 }
        for (values, count) in counts { set(definition, values: values, Double(count)) }
    }
}

import Addresses
import Announcement
import Assignment
import ClusterConfiguration
import ClusterDecisions
import KubernetesModel
import Timing

/// What there was in a cluster at one moment.
package struct ClusterSnapshot {
    package var reading = ManifestReading()
    /// What the speakers say of themselves: bounded, so of many addresses only the first.
    package var speakers: [SpeakerReport] = []
    package var events: [ObservedEvent] = []
    /// Which of a Node's conditions count for the speakers, as the caller says.
    package var policy = NodePolicy()
    /// The Services to be shown; `nil`: all.
    package var shown: Set<NamespacedName>?

    /// The Lease of the controllers; `nil` if it was not read.
    package var leadership: LeadershipReport?
    /// When it was read.
    package var taken: Timestamp?

    package init(
        reading: ManifestReading = ManifestReading(), speakers: [SpeakerReport] = [], events: [ObservedEvent] = [],
        policy: NodePolicy = NodePolicy(), shown: Set<NamespacedName>? = nil
    ) {
        self.reading = reading
        self.speakers = speakers
        self.events = events
        self.policy = policy
        self.shown = shown
    }

    /// What follows from the objects. Owners are those that say so themselves; of addresses that none of them lists, those
    /// of the election among all nodes.
    package func decisions(loadBalancerClass: String?) -> OfflineDecisions {
        OfflineDecisions(reading, loadBalancerClass: loadBalancerClass, holders: holders, policy: policy)
    }

    /// Those whose nodes are there and Ready. What others wrote may have been true before they died, and nothing revokes it.
    private var living: [SpeakerReport] { speakers.filter { readyNodes.contains($0.metadata.name) } }

    /// Speakers of no Node: they announce nothing.
    private var strayProblems: [ProblemEntry] {
        let nodes = Set(reading.state.nodes.map(\.metadata.name))
        return speakers.map(\.metadata.name).filter { !nodes.contains($0) }.sorted().map { name in
            ProblemEntry(
                severity: "warning", object: "\(SpeakerReport.kind)/\(name)", field: nil,
                message: ClusterSnapshot.strayMessage(name))
        }
    }

    /// Nodes of which no speaker reports. One may be meant to have none; all of them may not.
    private var unreportedProblems: [ProblemEntry] {
        let reporting = Set(speakers.map(\.metadata.name))
        let silent = reading.state.nodes.map(\.metadata.name).filter { !reporting.contains($0) }.sorted()
        guard !silent.isEmpty else { return [] }
        let fix = "check `kubectl -n martlet-system get pods -o wide` and the DaemonSet martlet-speaker"
        guard silent.count < reading.state.nodes.count else {
            return [
                ProblemEntry(
                    severity: "error", object: "DaemonSet/martlet-speaker", field: nil,
                    message: "No speaker reports (there is no Speaker object), so nothing is announced: \(fix).")
            ]
        }
        let shown =
            silent.prefix(10).joined(separator: ", ") + (silent.count > 10 ? " and \(silent.count - 10) more" : "")
        return [
            ProblemEntry(
                severity: "note", object: "DaemonSet/martlet-speaker", field: nil,
                message: "No speaker reports from \(shown). If one should run there, \(fix).")
        ]
    }

    private static func strayMessage(_ name: String) -> String {
        "A speaker reports as \(name), but no Node has that name: its --node-name (NODE_NAME) is wrong, or the Node "
            + "was deleted."
    }

    private var readyNodes: Set<String> {
        Set(reading.state.nodes.map { NodeView($0) }.filter(\.isReady).map(\.name))
    }

    private var holders: [IPAddress: String] {
        var holders: [IPAddress: String] = [:]
        for speaker in living {
            for entry in speaker.status?.addresses ?? [] {
                if let address = try? IPAddress(entry.ip) { holders[address] = speaker.metadata.name }
            }
        }
        return holders
    }

    /// What would be decided if these manifests were applied, by `kubectl apply`: what they do not name stays. Services keep
    /// what they have where they can.
    package func decisions(after manifests: ManifestReading, loadBalancerClass: String?) -> OfflineDecisions {
        var next = manifests
        next.state = manifests.state.applied(over: reading.state)
        let statuses = Dictionary(
            reading.state.services.map { ($0.name, $0.status) }, uniquingKeysWith: { first, _ in first })
        for index in next.state.services.indices {
            if let status = statuses[next.state.services[index].name] { next.state.services[index].status = status }
        }
        return OfflineDecisions(next, loadBalancerClass: loadBalancerClass, holders: holders, policy: policy)
    }

    /// What is in force, to compare with.
    package func document(loadBalancerClass: String?) -> PlanDocument {
        let decisions = decisions(loadBalancerClass: loadBalancerClass)
        var document = decisions.document
        let status = status(decisions)
        document.assignments = status.documents.flatMap(\.assignments)
        document.announcements = status.documents.flatMap(\.announcements)
        return document
    }

    /// The chain of decisions for one Service, with its history.
    ///
    /// - Parameter history: the history of all Services, in the order of time, by Service.
    package func explanation(
        of service: NamespacedName, _ decisions: OfflineDecisions, _ history: [String: [EventEntry]]
    ) -> ExplanationDocument {
        // Sessions in a stale report are not known to be up.
        let fresh = living.filter { speaker in taken.flatMap { speaker.staleness(at: $0) } == nil }
        let sessions = fresh.flatMap { speaker in
            speaker.peers.map { NodePeerEntry(node: speaker.metadata.name, peer: $0) }
        }
        var explanation = decisions.explanation(of: service, peers: sessions)
        explanation.obstacles = strayProblems + unreportedProblems.filter(\.isError)
        explanation.evidence = evidence(of: service)
        explanation.reported =
            ClusterStatus(
                living.map { speaker in
                    var document = speaker.document(obstacle: nil)
                    document.notReady = []
                    return document
                }, events: []
            ).problems
        var document = explanation.document
        document.events = history[service.description] ?? []
        return document
    }

    /// What has been written about a Service.
    private func evidence(of service: NamespacedName) -> ClusterEvidence {
        let ingress = reading.state.services.first { $0.name == service }?.status?.loadBalancer?.ingress ?? []
        let ready = readyNodes
        let reports = speakers.map { speaker in
            let node = speaker.metadata.name
            return (node, ClusterEvidence.Speaker(speaker, of: service, isNodeReady: ready.contains(node), at: taken))
        }
        return ClusterEvidence(
            given: Set(ingress.compactMap { $0.ip.flatMap { try? IPAddress($0) } }),
            leadership: taken.flatMap { taken in leadership?.sentence(at: taken) },
            speakers: Dictionary(reports, uniquingKeysWith: { $1 }))
    }

    /// The history of each Service, in the order of time; of a Service that exists, nothing of former ones of its name.
    package var history: [String: [EventEntry]] {
        let services = Dictionary(reading.state.services.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        let own = events.filter { event in
            services[event.service].map { event.isAbout($0) } ?? true
        }
        let status = ClusterStatus([], events: own.compactMap { EventEntry($0) })
        // Each is about one.
        return Dictionary(grouping: status.events) { $0.services.first ?? "" }
    }

    /// All of it, to be saved: what each process has written of itself, the explanation of every Service, and the objects.
    package func bundle(loadBalancerClass: String?) throws -> (
        processes: [BundleDocument.Process], objects: [JSONValue]
    ) {
        let decisions = decisions(loadBalancerClass: loadBalancerClass)
        let status = status(decisions)
        var processes = status.documents.map { document in
            let name = document.node.map { "\(document.role) of \($0)" } ?? document.role
            var process = BundleDocument.Process(source: "the cluster, \(name)")
            process.status = document
            return process
        }
        if !processes.isEmpty {
            processes[0].events = EventsDocument(status.events)
            let history = history
            processes[0].explanations = decisions.assignment.assignments.map {
                explanation(of: $0.service, decisions, history)
            }
        }
        return (processes, try reading.state.bundled())
    }

    /// The sessions of all speakers.
    package var peers: [NodePeerEntry] {
        living.flatMap { speaker in
            speaker.peers.map { NodePeerEntry(node: speaker.metadata.name, peer: $0) }
        }
    }

    /// What the controller has written to a Service; `nil` while it has written nothing. An object that is invalid may be in
    /// force in an older form that only the controller knows.
    private static func written(to service: Service) -> AssignmentEntry? {
        guard let condition = service.status?.conditions?.first(where: { $0.type == ControllerCore.conditionType })
        else { return nil }
        let ips = (service.status?.loadBalancer?.ingress ?? []).compactMap(\.ip)
        let isAssigned = condition.status == "True"
        return AssignmentEntry(
            service: service.name.description, ips: ips,
            pool: service.metadata.annotations?[ServiceAnnotation.allocatedFromPool.key],
            state: isAssigned ? "assigned" : "pending", reason: isAssigned ? nil : condition.reason,
            message: (condition.message ?? "").isEmpty ? nil : condition.message,
            since: isAssigned ? condition.lastTransitionTime.flatMap { Timestamp($0) } : nil)
    }

    /// As if each process had been asked: what they have written, and of what they have not, what follows from the objects.
    package func status(loadBalancerClass: String?) -> ClusterStatus {
        status(decisions(loadBalancerClass: loadBalancerClass))
    }

    /// The routes that follow from the objects, with the sessions that the speakers report.
    private func routes(_ decisions: OfflineDecisions) -> [AnnouncementEntry] {
        let sessions = Dictionary(peers.map { ([$0.node, $0.peer.peer], $0.peer) }) { first, _ in first }
        return decisions.plan.bgp.map { announcement in
            var entry = AnnouncementEntry(announcement)
            entry.note(sessions[[announcement.node, announcement.peer]])
            return entry
        }
    }

    private func status(_ decisions: OfflineDecisions) -> ClusterStatus {
        var whole = StatusDocument(version: Version.text, role: "controller", node: nil)
        let written = Dictionary(
            reading.state.services.compactMap(ClusterSnapshot.written).map { ($0.service, $0) },
            uniquingKeysWith: { first, _ in first })
        whole.assignments = decisions.assignment.assignments.map {
            written[$0.service.description] ?? AssignmentEntry($0)
        }
        whole.pools = PoolEntry.all(of: decisions.configuration, decisions.assignment.counts)
        let told = living.flatMap { speaker in
            (speaker.status?.addresses ?? []).map { entry in
                AnnouncementEntry(
                    layer2: entry.service, ip: entry.ip, node: speaker.metadata.name, interfaces: entry.interfaces,
                    since: entry.since.flatMap { Timestamp($0) })
            }
        }
        let known = Set(told.map { [$0.service, $0.ip] })
        whole.announcements =
            told
            + decisions.plan.layer2.map { AnnouncementEntry($0) }.filter { !known.contains([$0.service, $0.ip]) }
            + routes(decisions)
        whole.silent = decisions.plan.silent.map { NotAnnouncedEntry($0) }
        whole.problems = decisions.problems.map { ProblemEntry($0) } + strayProblems + unreportedProblems
        var events = events.compactMap { EventEntry($0) }
        if let shown {
            let names = Set(shown.map(\.description))
            whole.assignments.removeAll { !names.contains($0.service) }
            whole.announcements.removeAll { !names.contains($0.service) }
            whole.silent.removeAll { !names.contains($0.service) }
            events.removeAll { names.isDisjoint(with: $0.services) }
        }
        let ready = readyNodes
        let present = Set(reading.state.nodes.map(\.metadata.name))
        let documents = speakers.map { speaker in
            let name = speaker.metadata.name
            let obstacle =
                ready.contains(name)
                ? nil : present.contains(name) ? "its node is not Ready" : ClusterSnapshot.strayMessage(name)
            var document = speaker.document(obstacle: obstacle)
            if obstacle == nil, let staleness = taken.flatMap({ speaker.staleness(at: $0) }) {
                document.notReady.append(staleness)
            }
            return document
        }
        return ClusterStatus([whole] + documents, events: events)
    }
}

extension SpeakerReport {
    fileprivate var peers: [PeerEntry] {
        (status?.sessions ?? []).map { session in
            PeerEntry(
                peer: session.peer, address: session.address, state: session.state,
                since: session.since.flatMap { Timestamp($0) }, prefixesSent: session.prefixesSent, bfd: session.bfd,
                lastError: session.lastError)
        }
    }

    /// What the process would answer, as far as its object holds it.
    ///
    /// - Parameter obstacle: why it announces nothing, regardless of its report.
    fileprivate func document(obstacle: String?) -> StatusDocument {
        var document = StatusDocument(version: status?.version ?? "", role: "speaker", node: metadata.name)
        document.started = status?.started.flatMap { Timestamp($0) }
        if let obstacle {
            document.notReady = [obstacle]
            return document
        }
        document.peers = peers
        document.addressCount = status?.addressCount
        document.problems = (status?.problems ?? []).map {
            ProblemEntry(severity: $0.severity, object: $0.object, field: $0.field, message: $0.message)
        }
        document.segments = (status?.segments ?? []).map { segment in
            SegmentEntry(
                interface: segment.interface,
                members: segment.members.map { .init(node: $0, address: "", state: "Up", since: nil) })
        }
        let ready = status?.conditions?.first { $0.type == "Ready" }
        if let ready, ready.status != "True" { document.notReady = [ready.message ?? ""] }
        return document
    }
}

extension ObservedEvent {
    /// The Service that it is about, if it is about one.
    fileprivate var service: NamespacedName {
        NamespacedName(namespace: regarding.namespace, name: regarding.name)
    }

    /// Whether it is about this Service and not a former one of its name; by the time where it does not say the uid.
    fileprivate func isAbout(_ service: Service) -> Bool {
        if let uid = regarding.uid, !uid.isEmpty, let own = service.metadata.uid { return uid == own }
        guard let created = service.metadata.creationTimestamp.flatMap({ Timestamp($0) }),
            let time = Timestamp(eventTime)
        else { return true }
        return time >= created
    }
}

extension EventEntry {
    /// The history of a Service; `nil` for anything else.
    fileprivate init?(_ event: ObservedEvent) {
        guard event.regarding.kind == Service.kind, let time = Timestamp(event.eventTime) else { return nil }
        let service = event.service
        let node = event.reportingController == SpeakerReport.eventReporter ? event.reportingInstance : nil
        self.init(.assigned, at: time, node: node, services: [service.description], event.note)
        kind = event.reason
    }
}

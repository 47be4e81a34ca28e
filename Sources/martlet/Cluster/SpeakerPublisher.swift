import KubernetesClient
import KubernetesModel
import Logging
import Presentation
import ServiceLifecycle
import Speaker
import Timing

/// Keeps the node's `Speaker` object: written when what it says has changed, and at most every ``pause``.
struct SpeakerPublisher: ServiceLifecycle.Service {
    /// How often it is looked whether something has changed.
    static let pause = Duration.seconds(5)
    static let manager = "martlet-speaker"

    let client: KubernetesClient
    let namespace: String
    let node: String
    let reporter: SpeakerReporter
    /// What the object said before it is written; waited for.
    let inherited: Task<Set<ServiceNews.Subject>, Never>
    let logger: Logger

    /// Reads the addresses that a node's object lists; none if it cannot be read.
    static func readAddresses(
        of node: String, in namespace: String, _ client: KubernetesClient
    ) -> Task<Set<ServiceNews.Subject>, Never> {
        Task {
            let report = try? await client.get(.speakers, NamespacedName(namespace: namespace, name: node))
            return Set((report?.status?.addresses ?? []).map { ServiceNews.Subject(service: $0.service, ip: $0.ip) })
        }
    }

    func run() async throws { await cancelWhenGracefulShutdown { await keep() } }

    private func keep() async {
        _ = await inherited.value
        var written: SpeakerStatus?
        var last = SpeakerStatus()
        var revision: UInt64?
        var lastProblem: String?
        while !Task.isCancelled {
            let news = await reporter.news(since: revision)
            var status = SpeakerStatus(news.document)
            if let revision, news.revision == revision { status.keepAnnounced(of: last) }
            (last, revision) = (status, news.revision)
            if status != written {
                do throws(RequestFailure) {
                    try await publish(status)
                    written = status
                    lastProblem = nil
                } catch {
                    if lastProblem != error.message {
                        logger.warning("the Speaker object of this node is not written: \(error.message)")
                    }
                    lastProblem = error.message
                }
            }
            try? await Task.sleep(for: SpeakerPublisher.pause)
        }
    }

    private func publish(_ status: SpeakerStatus) async throws(RequestFailure) {
        let name = NamespacedName(namespace: namespace, name: node)
        var report = SpeakerReport(
            metadata: ObjectMeta(name: node, namespace: namespace, labels: ["app.kubernetes.io/name": "martlet"]),
            status: status)
        do throws(RequestFailure) {
            try await apply(report, to: name, subresource: "status")
        } catch {
            guard error.isNotFound else { throw error }
            report.status = nil
            try await apply(report, to: name, subresource: nil)
            report.status = status
            try await apply(report, to: name, subresource: "status")
        }
    }

    private func apply(
        _ report: SpeakerReport, to name: NamespacedName, subresource: String?
    ) async throws(RequestFailure) {
        try await client.apply(
            .speakers, report, to: name, subresource: subresource, manager: SpeakerPublisher.manager)
    }
}

extension SpeakerStatus {
    /// Of what is announced there was no news.
    fileprivate mutating func keepAnnounced(of last: SpeakerStatus) {
        (addresses, addressCount, routeCount) = (last.addresses, last.addressCount, last.routeCount)
    }

    /// What a status document says, shortened to what an object may hold.
    init(_ document: StatusDocument) {
        self.init()
        version = document.version
        started = document.started?.description
        let limit = SpeakerStatus.limit
        sessions = document.peers.prefix(limit).map { peer in
            Session(
                peer: peer.peer, address: peer.address, state: peer.state, since: peer.since?.description,
                prefixesSent: peer.prefixesSent, bfd: peer.bfd, lastError: peer.lastError)
        }
        sessionCount = document.peers.count
        establishedSessions = document.peers.count(where: \.isEstablished)
        segments = document.segments.prefix(limit).map { segment in
            Segment(
                interface: segment.interface,
                members: segment.members.filter { $0.state == "Up" }.map(\.node).sorted().prefix(limit).map { $0 })
        }
        let own = document.announcements.filter { !$0.isBGP && $0.node == document.node }
        addresses = own.prefix(limit).map { Address(service: $0.service, ip: $0.ip, interfaces: $0.interfaces) }
        addressCount = Set(own.map(\.ip)).count
        routeCount = Set(document.announcements.filter(\.isBGP).compactMap(\.prefix)).count
        let message = document.notReady.joined(separator: "; ")
        conditions = [
            Condition(
                type: "Ready", status: document.notReady.isEmpty ? "True" : "False",
                reason: document.notReady.isEmpty ? "Announcing" : "NotReady", message: message,
                lastTransitionTime: document.started?.description)
        ]
    }
}

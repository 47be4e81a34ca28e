import ClusterDecisions
import KubernetesAPI
import KubernetesClient
import KubernetesModel
import Logging
import Presentation
import ServiceLifecycle
import Speaker
import SystemIO
import Timing

/// Keeps the node's `Speaker` object: written when what it says has changed, and at most every ``pause``. If nothing changes,
/// it is written every `SpeakerStatus.heartbeat` with the time, so that readers can tell a report from a relic.
///
/// The heartbeat is in the status and not in a Lease: a speaker that may write Leases of the namespace could take the
/// leadership of the controllers.
///
/// The Node owns it, so that Kubernetes deletes it with the Node. A speaker whose Node was deleted writes nothing until the
/// Node is there again; one that never had a Node (its --node-name is wrong) has an object without an owner, which readers
/// report.
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
        var written: Written?
        var last = SpeakerStatus()
        var revision: UInt64?
        var lastProblem: String?
        var setBacks = client.setBacks
        var hadNode = false
        var heartbeat = ContinuousClock.now
        while !Task.isCancelled {
            if setBacks != client.setBacks {
                // What was written may be in the part of the history that is gone.
                setBacks = client.setBacks
                written = nil
            }
            let news = await reporter.news(since: revision)
            var status = SpeakerStatus(news.document)
            if let revision, news.revision == revision { status.keepAnnounced(of: last) }
            (last, revision) = (status, news.revision)
            let view = await reporter.source.view()
            let node = view?.node(named: self.node)
            if node != nil { hadNode = true }
            let new = Written(status: status, owner: node.flatMap { OwnerReference($0) })
            if view?.hasNodes ?? false, node != nil || !hadNode,
                new != written || ContinuousClock.now >= heartbeat
            {
                do throws(RequestFailure) {
                    var report = new
                    report.status.reported = Timestamp.now.description
                    try await publish(report, isOwned: written?.owner == new.owner && written != nil)
                    written = new
                    heartbeat = .now + SpeakerStatus.heartbeat * Double.random(in: 1...1.25)
                    lastProblem = nil
                } catch {
                    if lastProblem != error.message {
                        logger.warning("cannot write the Speaker object of this node: \(error.message)")
                    }
                    lastProblem = error.message
                    if error.mayBeOutage { await client.pause(after: error) }
                }
            }
            try? await Task.sleep(for: SpeakerPublisher.pause)
        }
    }

    /// What the object says.
    private struct Written: Hashable {
        var status: SpeakerStatus
        var owner: OwnerReference?
    }

    /// - Parameter isOwned: whether the object has its owner already.
    private func publish(_ new: Written, isOwned: Bool) async throws(RequestFailure) {
        if !isOwned { try await own(new.owner) }
        do throws(RequestFailure) {
            try await apply(new.status)
        } catch {
            // Deleted with a Node that was made again, or by hand.
            guard error.isNotFound else { throw error }
            try await own(new.owner)
            try await apply(new.status)
        }
    }

    /// Makes the object if it is not there, and names its owner.
    private func own(_ owner: OwnerReference?) async throws(RequestFailure) {
        var report = SpeakerReport(metadata: metadata)
        report.metadata.ownerReferences = owner.map { [$0] }
        do throws(RequestFailure) {
            try await apply(report, subresource: nil)
        } catch {
            // The admission plugin OwnerReferencesPermissionEnforcement forbids it without permission to delete the object.
            guard error.code == 403 else { throw error }
            logger.warning("cannot set the Node as owner of the Speaker object of this node: \(error.message)")
        }
    }

    private func apply(_ status: SpeakerStatus) async throws(RequestFailure) {
        try await apply(SpeakerReport(metadata: metadata, status: status), subresource: "status")
    }

    private var metadata: ObjectMeta {
        ObjectMeta(name: node, namespace: namespace, labels: ["app.kubernetes.io/name": "martlet"])
    }

    private func apply(_ report: SpeakerReport, subresource: String?) async throws(RequestFailure) {
        try await client.apply(
            .speakers, report, to: NamespacedName(namespace: namespace, name: node), subresource: subresource,
            manager: SpeakerPublisher.manager)
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
        addresses = own.prefix(limit).map {
            Address(service: $0.service, ip: $0.ip, interfaces: $0.interfaces, since: $0.since?.description)
        }
        addressCount = Set(own.map(\.ip)).count
        routeCount = Set(document.announcements.filter(\.isBGP).compactMap(\.prefix)).count
        problems = document.problems.filter { $0.severity != "note" }.prefix(limit).map {
            Problem(
                severity: $0.severity, object: $0.object, field: $0.field, message: String($0.message.prefix(1024)))
        }
        let message = document.notReady.joined(separator: "; ")
        conditions = [
            Condition(
                type: "Ready", status: document.notReady.isEmpty ? "True" : "False",
                reason: document.notReady.isEmpty ? "Announcing" : "NotReady", message: message,
                lastTransitionTime: document.started?.description)
        ]
    }
}

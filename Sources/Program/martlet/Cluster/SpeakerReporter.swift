import Addresses
import Announcement
import Assignment
import ClusterConfiguration
import ClusterDecisions
import KubernetesModel
import NodeDecisions
import Presentation
import Speaker
import Telemetry
import Timing

/// Makes the document of `/v1/status` of a speaker in a cluster.
struct SpeakerReporter: ProcessReporter {
    let node: String
    let started: Timestamp
    let source: ClusterSource
    let speaker: SpeakerService
    let access: ClusterAccess
    let events: EventLog

    /// Why the process does not do its job, a sentence each.
    func notReadyReasons() async -> [String] {
        await SpeakerReporter.notReadyReasons(source.view()) + speaker.notReadyReasons()
    }

    private static func notReadyReasons(_ view: ClusterView?) -> [String] {
        guard let view else { return ["stopping"] }
        return view.isRestored || view.isComplete ? [] : ["the cluster has not been read completely yet"]
    }

    func document() async -> StatusDocument {
        var document = await news(since: nil).document
        if let view = await source.view() {
            document.assignments = view.ownServices.map { AssignmentEntry(view.assignment(of: $0)) }
        }
        return document
    }

    /// Without the Services' addresses; and without what is announced, if nothing has happened since this revision.
    func news(since known: UInt64?) async -> (document: StatusDocument, revision: UInt64?) {
        var document = StatusDocument(version: Version.text, role: "speaker", node: node)
        document.started = started
        let view = await source.view()
        document.notReady = SpeakerReporter.notReadyReasons(view)
        if let view {
            document.problems = view.problems.map { ProblemEntry($0) }
            if view.isRestored {
                let message = "the API server was not available at the start: the last known state is announced"
                document.problems.append(ProblemEntry(severity: "warning", object: nil, field: nil, message: message))
            }
        }
        let revision = await speaker.describe(in: &document, known: known)
        if revision == nil { document.notReady.append("the speaker has stopped") }
        for trouble in access.troubles {
            document.problems.append(ProblemEntry(severity: "error", object: nil, field: nil, message: trouble))
        }
        return (document, revision)
    }

    /// The chain of decisions for one Service, as far as a speaker makes them: from its addresses on.
    func explanation(of name: NamespacedName) async -> ExplanationDocument? {
        guard let view = await source.view(), let speaker = await speaker.view() else { return nil }
        let engine = speaker.core.engine
        let service = view[name]
        let review = service.flatMap { view.isOwn($0) ? view.assignment(of: $0) : nil }.map { assignment in
            ServiceReview(
                assignment: assignment,
                families: Set(assignment.addresses.map(\.address.family)).sorted { $0.description < $1.description },
                pools: assignment.addresses.map {
                    .init(
                        pool: $0.pool, family: $0.address.family, outcome: .gave($0.address),
                        message: "\($0.pool) allocated \($0.address)")
                })
        }
        let peers = await self.speaker.peers().map { NodePeerEntry(node: node, peer: $0) }
        var explanation = Explanation(
            name, service: service, loadBalancerClass: view.loadBalancerClass, review: review,
            advertisements: engine.advertisements(for: name), plan: engine.plan(for: name),
            endpoints: view.endpoints(of: name), peers: peers,
            problems: view.problems.filter { $0.severity != .note }.map { ProblemEntry($0) })
        let own = await news(since: nil).document
        explanation.reported = own.problems.map { NodeProblemEntry(nodes: [], problem: $0) }
        if !(view.isRestored || view.isComplete) {
            explanation.unread = "This speaker has not read the cluster yet, so it does not know the Service \(name)."
        }
        explanation.onlyNode = node
        explanation.strangers = speaker.core.strangers
        explanation.obstacles = [speaker.core.nodeProblem].compactMap(\.self).map { ProblemEntry($0) }
        var document = explanation.document
        document.events = events.events(of: name.description)
        return document
    }
}

extension ClusterView {
    /// The addresses that a Service says it has, or why it has none, as the controller has written it.
    fileprivate func assignment(of service: Service) -> ServiceAssignment {
        let condition = service.status?.conditions?.first { $0.type == Condition.addressAssigned }
        return ServiceAssignment(
            service: service.name,
            addresses: addresses(of: service).map { .init(address: $0.address, pool: $0.pool) },
            reason: condition.flatMap { AssignmentReason(rawValue: $0.reason ?? "") }, message: condition?.message)
    }
}

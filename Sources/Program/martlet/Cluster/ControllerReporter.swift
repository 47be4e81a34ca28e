import Assignment
import ClusterConfiguration
import ClusterDecisions
import Controller
import KubernetesAPI
import KubernetesClient
import KubernetesModel
import Presentation
import Telemetry
import Timing

/// Makes the document of `/v1/status` of a controller.
struct ControllerReporter: ProcessReporter {
    let started: Timestamp
    let controller: ControllerService
    let access: ClusterAccess
    let events: EventLog

    /// Why the process does not do its job, a sentence each.
    ///
    /// Called every few seconds by probes: nothing here takes longer with more Services.
    func notReadyReasons() async -> [String] {
        let (role, core) = await controller.view()
        return ControllerReporter.notReadyReasons(role, core)
    }

    private static func notReadyReasons(_ role: LeaseElection.Role, _ core: ControllerCore?) -> [String] {
        if let core { return core.isComplete ? [] : ["the cluster has not been read completely yet"] }
        if case .following(nil) = role { return ["no leader is known yet"] }
        return []
    }

    /// The chain of decisions for one Service, as far as a controller makes them: up to its addresses. `nil` if this process
    /// does not lead, unless the reason is known.
    func explanation(of name: NamespacedName) async -> ExplanationDocument? {
        let troubles = access.troubles.map {
            NodeProblemEntry(
                nodes: [], problem: ProblemEntry(severity: "error", object: nil, field: nil, message: $0))
        }
        guard let core = await controller.view().core else {
            guard !troubles.isEmpty else { return nil }
            var explanation = Explanation(name, service: nil)
            explanation.unread = "This controller does not lead, and cannot reach the API server."
            explanation.reported = troubles
            return explanation.document
        }
        var explanation = Explanation(
            name, service: core.service(name), loadBalancerClass: core.engine.loadBalancerClass,
            review: core.engine.review(of: name),
            problems: core.problems.filter { $0.severity != .note }.map { ProblemEntry($0) })
        explanation.reported = troubles
        if !core.isComplete {
            explanation.unread =
                "This controller has not read the cluster yet, so it does not know the Service \(name)."
        }
        explanation.isOfAnnouncing = false
        var document = explanation.document
        document.events = events.events(of: name.description)
        return document
    }

    func document() async -> StatusDocument {
        var document = StatusDocument(version: Version.text, role: "controller", node: nil)
        document.started = started
        let (role, core) = await controller.view()
        switch role {
        case .leading: document.leader = "this process"
        case .following(let other): document.leader = other
        }
        if let core {
            document.assignments = core.assignments.map { AssignmentEntry($0) }
            document.problems = core.problems.map { ProblemEntry($0) }
            document.pools = PoolEntry.all(of: core.configuration, core.engine.counts)
            for refusal in Set(core.refusals.values).sorted() {
                document.problems.append(
                    ProblemEntry(
                        severity: "error", object: nil, field: nil, message: "a status is not written: \(refusal)"))
            }
        }
        document.notReady = ControllerReporter.notReadyReasons(role, core)
        for trouble in access.troubles {
            document.problems.append(ProblemEntry(severity: "error", object: nil, field: nil, message: trouble))
        }
        return document
    }
}

import AddressPools
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

/// Makes the document of `/v1/status` from what the parts of the process know.
package struct StatusReporter: ProcessReporter {
    package let node: String
    package let started: Timestamp
    package let standalone: StandaloneService
    package let speaker: SpeakerService
    package let events: EventLog

    package init(
        node: String, started: Timestamp, standalone: StandaloneService, speaker: SpeakerService, events: EventLog
    ) {
        self.node = node
        self.started = started
        self.standalone = standalone
        self.speaker = speaker
        self.events = events
    }

    private static let stopping = "stopping"

    package func document() async -> StatusDocument {
        var document = StatusDocument(version: Version.text, role: "run", node: node)
        document.started = started
        if let view = await standalone.view() {
            document.assignments = view.core.engine.assignments.map {
                AssignmentEntry($0, since: view.assignedSince[$0.service])
            }
            document.problems = (view.core.problems + [view.saveFailure].compactMap { $0 }).map { ProblemEntry($0) }
            document.pools = PoolEntry.all(of: view.core.configuration, view.core.engine.counts)
        } else {
            document.notReady.append(StatusReporter.stopping)
        }
        if await speaker.describe(in: &document) == nil { document.notReady.append("the speaker has stopped") }
        return document
    }

    /// Why the process does not do its job, a sentence each.
    ///
    /// Called every few seconds by probes: nothing here takes longer with more Services.
    package func notReadyReasons() async -> [String] {
        (await standalone.view() == nil ? [StatusReporter.stopping] : []) + (await speaker.notReadyReasons())
    }

    /// The chain of decisions for one Service; `nil` once the process stops.
    package func explanation(of service: NamespacedName) async -> ExplanationDocument? {
        guard let standalone = await standalone.view(), let speaker = await speaker.view() else { return nil }
        let core = standalone.core
        let peers = await self.speaker.peers().map { NodePeerEntry(node: node, peer: $0) }
        var explanation = Explanation(
            service, service: core.services[service], loadBalancerClass: core.engine.loadBalancerClass,
            review: core.engine.review(of: service),
            advertisements: speaker.core.engine.advertisements(for: service),
            plan: speaker.core.engine.plan(for: service), endpoints: core.endpoints[service], peers: peers,
            problems: core.problems.filter { $0.severity != .note }.map { ProblemEntry($0) })
        var own = StatusDocument(version: Version.text, role: "run", node: node)
        _ = await self.speaker.describe(in: &own)
        own.problems += [standalone.saveFailure].compactMap(\.self).map { ProblemEntry($0) }
        explanation.reported = own.problems.map { NodeProblemEntry(nodes: [], problem: $0) }
        explanation.onlyNode = node
        explanation.strangers = speaker.core.strangers
        explanation.obstacles = [speaker.core.nodeProblem].compactMap(\.self).map { ProblemEntry($0) }
        var document = explanation.document
        document.events = events.events(of: service.description)
        return document
    }
}

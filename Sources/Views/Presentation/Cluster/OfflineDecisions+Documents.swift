import Addresses
import Announcement
import Assignment
import ClusterConfiguration
import ClusterDecisions
import KubernetesModel

extension OfflineDecisions {
    package var document: PlanDocument {
        PlanDocument(
            assignments: assignment.assignments, layer2: plan.layer2, bgp: plan.bgp, silent: plan.silent,
            problems: problems)
    }

    /// - Parameter peers: the sessions, as far as they are known.
    package func explanation(of service: NamespacedName, peers: [NodePeerEntry] = []) -> Explanation {
        Explanation(
            service, service: state.services.first { $0.name == service },
            loadBalancerClass: assignment.loadBalancerClass, review: assignment.review(of: service),
            advertisements: announcement.advertisements(for: service), plan: announcement.plan(for: service),
            endpoints: endpoints[service], peers: peers,
            problems: problems.filter { $0.severity != .note }.map { ProblemEntry($0) })
    }
}

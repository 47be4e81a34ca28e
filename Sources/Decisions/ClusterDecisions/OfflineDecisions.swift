import Addresses
import Announcement
import Assignment
import ClusterConfiguration
import KubernetesModel

/// The decisions of controller and speakers, made once from manifests: what `plan` shows and `explain -f` explains.
package struct OfflineDecisions {
    package let state: ClusterState
    /// Everything that is wrong, in the order in which it was found.
    package let problems: [Problem]
    package let configuration: Configuration
    package let assignment: AssignmentEngine
    package let announcement: AnnouncementEngine
    package let plan: AnnouncementPlan
    package let endpoints: EndpointIndex

    /// All nodes are assumed to share one segment and reach each other. No Node at all means one healthy node, `local`.
    ///
    /// - Parameter predecessor: what was decided before: Services keep what it gave them, and owners their addresses,
    ///   where that is still possible; of the kinds that a cluster creates itself, its objects count where there are none.
    /// - Parameter policy: what of a Node counts for the speakers.
    /// - Parameter holders: who is known to answer for an address, so that it stays the owner where it may.
    package init(
        _ reading: ManifestReading, loadBalancerClass: String?, after predecessor: OfflineDecisions? = nil,
        holders: [IPAddress: String] = [:], policy: NodePolicy = NodePolicy()
    ) {
        var state = reading.state
        if let predecessor {
            state = state.completed(from: predecessor.state)
            let former = Dictionary(
                predecessor.assignedServices.map { ($0.name, $0.status) }, uniquingKeysWith: { first, _ in first })
            for index in state.services.indices {
                if let status = former[state.services[index].name] { state.services[index].status = status }
            }
        }
        self.state = state
        let made = Configuration.make(from: state)
        configuration = made.configuration
        let (assignment, warnings) = AssignmentEngine.planned(
            configuration: made.configuration, state: state, problems: reading.problems + made.problems,
            loadBalancerClass: loadBalancerClass)
        self.assignment = assignment
        endpoints = EndpointIndex(state.endpointSlices)

        let nodes = state.nodes.map { NodeView($0, policy: policy) }
        var announcement = AnnouncementEngine(localNode: nodes.first?.name ?? "local")
        announcement.apply(made.configuration)
        announcement.apply(nodes)
        for (address, node) in predecessor?.holders ?? holders { announcement.apply(holder: node, of: address) }
        for service in state.services {
            guard let assignment = assignment.assignment(of: service.name),
                let announced = AnnouncedService(service, assignment, endpoints: endpoints)
            else { continue }
            announcement.apply(announced)
        }
        self.announcement = announcement
        plan = announcement.plan()
        problems = reading.problems + made.problems + warnings + plan.problems
    }

    /// The Services without the addresses that they want, as problems of these. Manifests without any pool are a part of
    /// something, and then only what a Service says about itself is one.
    package var unmetRequests: [Problem] {
        let hasPools = !state.pools.isEmpty || state.leftOut.contains { $0.kind == IPAddressPool.kind }
        return assignment.assignments.compactMap { assignment in
            guard let reason = assignment.reason, let message = assignment.message,
                hasPools || reason == .requestInvalid
            else { return nil }
            let service = ObjectReference(kind: Service.kind, name: assignment.service)
            return Problem(
                .warning, service, "\(reason): \(message)", at: state.locations.location(of: nil, in: service))
        }
    }
}

import Assignment
import ClusterConfiguration
import KubernetesModel

// MARK: - Services that are left as they are for now
extension ControllerCore {
    /// Why a Service is not judged yet. Meanwhile nothing is written to it.
    enum Deferral: Hashable, Sendable {
        /// The labels of its namespace decide about its pool, and the watch of namespaces has not reported it yet.
        case namespaceUnknown
        /// The pool of its addresses became invalid before this leader started, so its last valid version is unknown.
        /// To take the addresses away would be an outage at a change of leaders, long after the edit that is to blame.
        case poolInError
    }

    /// Why the Service is not to be judged now; `nil`: it is.
    func deferral(of service: Service) -> Deferral? {
        guard engine.assignment(of: service.name) == nil, engine.isResponsible(for: service) else { return nil }
        if StatusAddresses.of(service).isEmpty {
            let namespace = NamespacedName(namespace: nil, name: service.name.namespace ?? "")
            return labelsDecide && namespaces[namespace] == nil ? .namespaceUnknown : nil
        }
        let pools = ServiceAnnotation.allocatedFromPool.value(in: service.metadata.annotations)?.value ?? ""
        return pools.split(separator: ",").contains { poolsInError[String($0)] != nil } ? .poolInError : nil
    }

    /// What is to be judged now of all that was deferred, if `isConcerned`.
    mutating func endDeferrals(_ isConcerned: (NamespacedName, Deferral) -> Bool) -> [AssignmentEvent] {
        let names = deferrals.filter { isConcerned($0.key, $0.value) }.keys.sorted()
        return names.compactMap { services[$0].flatMap { event(for: $0) } }
    }

    /// Remembers of a new configuration what deferrals depend on.
    mutating func noteDeferringPools() {
        labelsDecide = configuration.pools.contains { !($0.allocation?.namespaceSelectors.isEmpty ?? true) }
    }

    /// What each Service has, sorted by name, with those that keep what they have because their pool is invalid.
    package var assignments: [ServiceAssignment] {
        let kept = deferrals.filter { $0.value == .poolInError }.keys.compactMap { services[$0] }.map { service in
            let pool = ServiceAnnotation.allocatedFromPool.value(in: service.metadata.annotations)?.value ?? ""
            return ServiceAssignment(
                service: service.name,
                addresses: StatusAddresses.of(service).sorted().map { .init(address: $0, pool: pool) },
                reason: nil, message: "Address kept while the pool \(pool) is invalid.")
        }
        return kept.isEmpty ? engine.assignments : (engine.assignments + kept).sorted { $0.service < $1.service }
    }
}

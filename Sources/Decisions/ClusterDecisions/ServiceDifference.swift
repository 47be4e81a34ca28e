import Assignment
import ClusterConfiguration
import KubernetesModel

/// What differs between two snapshots, as far as assignment depends on it.
package struct ServiceDifference: Hashable, Sendable {
    /// In the order that assignment judges them by: what goes before what comes.
    package let events: [AssignmentEvent]
    /// Services that are there in both, or new, and differ.
    package let changed: Set<NamespacedName>
    package let removed: Set<NamespacedName>

    /// - Parameters:
    ///   - old: `nil` at the start: everything is new.
    ///   - pools: the valid ones of the new snapshot, where they differ from those before.
    ///   - poolsInError: those of the new snapshot that are in force in no form, where they differ from those before.
    package init(from old: ClusterState?, to new: ClusterState, pools: [Pool]?, poolsInError: [String: String]? = nil) {
        var events: [AssignmentEvent] = []
        if let pools { events.append(.pools(pools)) }
        if let poolsInError { events.append(.poolsInError(poolsInError)) }
        let reserved = ReservedAddress.all(in: new)
        if reserved != old.map({ ReservedAddress.all(in: $0) }) ?? [:] { events.append(.reserved(reserved)) }

        let oldNamespaces = Dictionary(
            (old?.namespaces ?? []).map { ($0.metadata.name, $0) }, uniquingKeysWith: { first, _ in first })
        let newNamespaces = Set(new.namespaces.map(\.metadata.name))
        for namespace in old?.namespaces ?? [] where !newNamespaces.contains(namespace.metadata.name) {
            events.append(.namespaceRemoved(namespace.metadata.name))
        }
        for namespace in new.namespaces where oldNamespaces[namespace.metadata.name] != namespace {
            events.append(.namespace(namespace))
        }

        let oldServices = Dictionary(
            (old?.services ?? []).enumerated().map { ($1.name, (rank: $0, service: $1)) },
            uniquingKeysWith: { first, _ in first })
        let newServices = Set(new.services.map(\.name))
        let removed = oldServices.keys.filter { !newServices.contains($0) }.sorted()
        events += removed.map { .serviceRemoved($0) }
        var changed: Set<NamespacedName> = []
        for (rank, service) in new.services.enumerated() {
            let former = oldServices[service.name]
            if former?.service != service { changed.insert(service.name) }
            guard former?.service != service || former?.rank != rank else { continue }
            events.append(.service(service, rank: Int64(rank)))
        }
        self.events = events
        self.changed = changed
        self.removed = Set(removed)
    }
}

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
        let services = (old?.services ?? []).enumerated().map { ($1.name, RankedService($1, rank: Int64($0))) }
        self.init(
            from: old, services: Dictionary(services, uniquingKeysWith: { first, _ in first }), to: new,
            pools: pools, poolsInError: poolsInError)
    }

    /// - Parameters:
    ///   - services: those of the old snapshot, in place of its own list.
    ///   - ranks: places in the order of the new snapshot, for those that do not have the place that they have in its list.
    package init(
        from old: ClusterState?, services: [NamespacedName: RankedService], to new: ClusterState,
        ranks: [NamespacedName: Int64] = [:], pools: [Pool]?, poolsInError: [String: String]? = nil
    ) {
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

        let newServices = Set(new.services.map(\.name))
        let removed = services.keys.filter { !newServices.contains($0) }.sorted()
        events += removed.map { .serviceRemoved($0) }
        var changed: Set<NamespacedName> = []
        for (index, service) in new.services.enumerated() {
            let rank = ServiceDifference.rank(of: service.name, at: index, ranks)
            let former = services[service.name]
            if former?.service != service { changed.insert(service.name) }
            guard former?.service != service || former?.rank != rank else { continue }
            events.append(.service(service, rank: rank))
        }
        self.events = events
        self.changed = changed
        self.removed = Set(removed)
    }

    /// Services without a place of their own come last.
    static func rank(of name: NamespacedName, at index: Int, _ ranks: [NamespacedName: Int64]) -> Int64 {
        ranks.isEmpty ? Int64(index) : ranks[name] ?? .max / 2 + Int64(index)
    }
}

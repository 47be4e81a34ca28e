import KubernetesModel

/// The EndpointSlices of all Services, and what each Service's amount to.
///
/// Slices are kept in reduced form (``EndpointSlice/reduced``): a whole slice and a reduced one give the same result.
/// A change of a slice costs as much as its own Service has slices, and is reported only if it
/// changes the result: most of what happens to endpoints (a pod with a new address, another port) does not.
package struct EndpointIndex: Hashable, Sendable {
    private var services: [NamespacedName: [NamespacedName: EndpointSlice]] = [:]
    private var owners: [NamespacedName: NamespacedName] = [:]
    private var results: [NamespacedName: ServiceEndpoints] = [:]

    package init() {}

    package init(_ slices: some Sequence<EndpointSlice>) {
        for slice in slices { _ = apply(slice) }
    }

    /// The Service's endpoints; `nil` if it has no slice at all.
    package subscript(service: NamespacedName) -> ServiceEndpoints? { results[service] }

    /// Every slice that belongs to a Service, by namespace and name.
    package var slices: [EndpointSlice] {
        let named = services.values.flatMap { $0.map { (name: $0.key, slice: $0.value) } }
        return named.sorted { $0.name < $1.name }.map(\.slice)
    }

    /// Whether a slice of this name belongs to a Service.
    package func contains(_ slice: NamespacedName) -> Bool { owners[slice] != nil }

    /// A slice was added or changed. Returns the Services whose endpoints are not what they were: none, one, or two if
    /// the slice went from one Service to another.
    package mutating func apply(_ slice: EndpointSlice) -> [NamespacedName] {
        let slice = slice.reduced
        let key = EndpointIndex.key(slice)
        let owner = slice.serviceName
        var affected: [NamespacedName] = []
        if let former = owners[key], former != owner {
            services[former]?[key] = nil
            owners[key] = nil
            affected.append(former)
        }
        if let owner {
            guard services[owner]?[key] != slice else { return [] }
            services[owner, default: [:]][key] = slice
            owners[key] = owner
            affected.append(owner)
        }
        return affected.filter { reduce($0) }
    }

    /// A slice was removed. Returns the Service whose endpoints are not what they were, if any.
    package mutating func remove(_ slice: NamespacedName) -> [NamespacedName] {
        let key = NamespacedName(namespace: slice.namespace ?? "default", name: slice.name)
        guard let owner = owners.removeValue(forKey: key) else { return [] }
        services[owner]?[key] = nil
        return reduce(owner) ? [owner] : []
    }

    /// The Service went, and its slices with it. Returns whether there were any.
    package mutating func removeAll(of service: NamespacedName) -> Bool {
        guard let gone = services.removeValue(forKey: service) else { return false }
        for slice in gone.keys { owners[slice] = nil }
        results[service] = nil
        return true
    }

    private mutating func reduce(_ service: NamespacedName) -> Bool {
        if services[service]?.isEmpty == true { services[service] = nil }
        let result = services[service].flatMap { ServiceEndpoints($0.values) }
        guard result != results[service] else { return false }
        results[service] = result
        return true
    }

    /// What a slice is known by here.
    package static func key(_ slice: EndpointSlice) -> NamespacedName {
        NamespacedName(namespace: slice.metadata.namespace ?? "default", name: slice.metadata.name)
    }
}

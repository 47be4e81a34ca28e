import KubernetesModel

/// The EndpointSlices of all Services, and what each Service's amount to.
///
/// A change of a slice costs as much as its own Service has slices, and is reported only if it changes the result: most
/// of what happens to endpoints (another pod on the same node, a new address) does not.
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

    /// A slice was added or changed. Returns the Services whose endpoints are not what they were: none, one, or two if
    /// the slice went from one Service to another.
    package mutating func apply(_ slice: EndpointSlice) -> [NamespacedName] {
        let key = EndpointIndex.key(slice)
        let owner = slice.serviceName
        var affected: [NamespacedName] = []
        if let former = owners[key], former != owner {
            services[former]?[key] = nil
            owners[key] = nil
            affected.append(former)
        }
        if let owner {
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

    private mutating func reduce(_ service: NamespacedName) -> Bool {
        if services[service]?.isEmpty == true { services[service] = nil }
        let result = services[service].flatMap { ServiceEndpoints($0.values) }
        guard result != results[service] else { return false }
        results[service] = result
        return true
    }

    private static func key(_ slice: EndpointSlice) -> NamespacedName {
        NamespacedName(namespace: slice.metadata.namespace ?? "default", name: slice.metadata.name)
    }
}

import KubernetesModel

/// The Services of one address, and what they say about who may own it.
///
/// Thousands of Services may share an address, but they mostly say the same. So what they say is kept by how many say it,
/// and to weigh it costs the order of what is different, not of the Services.
struct AddressClaims: Sendable {
    private(set) var services: Set<NamespacedName> = []
    /// What the Services say of the address, without the routes, and how many say it; never zero.
    private(set) var counts: [ServiceFacts.AddressFacts: Int] = [:]

    /// Whether several Services have the address.
    var isShared: Bool { services.count > 1 }

    /// A Service says this of the address, beside what it says already.
    mutating func insert(_ facts: ServiceFacts.AddressFacts, of service: NamespacedName) {
        services.insert(service)
        counts[facts.withoutRoutes, default: 0] += 1
    }

    /// A Service no longer says this of the address.
    mutating func remove(_ facts: ServiceFacts.AddressFacts, of service: NamespacedName) {
        services.remove(service)
        let facts = facts.withoutRoutes
        let rest = (counts[facts] ?? 1) - 1
        counts[facts] = rest > 0 ? rest : nil
    }
}

extension ServiceFacts.AddressFacts {
    /// Layer 2's part of it.
    fileprivate var withoutRoutes: ServiceFacts.AddressFacts {
        var facts = self
        facts.bgp = []
        return facts
    }
}

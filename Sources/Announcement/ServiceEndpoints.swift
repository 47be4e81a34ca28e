import KubernetesModel

/// Where a Service's usable endpoints are.
package struct ServiceEndpoints: Hashable, Sendable {
    /// The nodes that have a usable endpoint.
    package var nodes: Set<String>
    /// Whether there is a usable endpoint at all; one may be on no node that is known.
    package var isUsable: Bool

    /// By node, how many usable endpoints, where it is more than one.
    private var counts: [String: Int]

    package init(nodes: Set<String>, isUsable: Bool? = nil, counts: [String: Int] = [:]) {
        self.nodes = nodes
        self.counts = counts.filter { $0.value > 1 }
        self.isUsable = isUsable ?? !nodes.isEmpty
    }

    /// No usable endpoint anywhere.
    package static let none = ServiceEndpoints(nodes: [])

    /// How many usable endpoints a node has.
    package func count(on node: String) -> Int { nodes.contains(node) ? counts[node] ?? 1 : 0 }

    /// The endpoints of all slices of one Service; `nil` where there is no slice.
    ///
    /// A slice of names (`addressType: FQDN`) carries no traffic, as for kube-proxy, but it is a slice.
    package init?(_ slices: some Sequence<EndpointSlice>) {
        var isEmpty = true
        var nodes: Set<String> = []
        var isUsable = false
        // A pod has an endpoint for each family, and may be in a slice for each set of ports.
        var addresses: [String: [String: Set<String>]] = [:]
        for slice in slices {
            isEmpty = false
            guard slice.addressType != "FQDN" else { continue }
            for endpoint in slice.endpoints ?? [] where endpoint.isUsable {
                isUsable = true
                guard let node = endpoint.nodeName else { continue }
                nodes.insert(node)
                let family = slice.addressType ?? "IPv4"
                addresses[node, default: [:]][family, default: []].formUnion(endpoint.addresses?.prefix(1) ?? [])
            }
        }
        guard !isEmpty else { return nil }
        self.init(
            nodes: nodes, isUsable: isUsable, counts: addresses.mapValues { $0.values.map(\.count).max() ?? 0 })
    }
}

import KubernetesModel

/// Where a Service's usable endpoints are.
package struct ServiceEndpoints: Hashable, Sendable {
    /// The nodes that have a usable endpoint.
    package var nodes: Set<String>
    /// Whether there is a usable endpoint at all; one may be on no node that is known.
    package var isUsable: Bool

    package init(nodes: Set<String>, isUsable: Bool? = nil) {
        self.nodes = nodes
        self.isUsable = isUsable ?? !nodes.isEmpty
    }

    /// No usable endpoint anywhere.
    package static let none = ServiceEndpoints(nodes: [])

    /// The endpoints of all slices of one Service; `nil` where there is no slice.
    ///
    /// A slice of names (`addressType: FQDN`) carries no traffic, as for kube-proxy, but it is a slice.
    package init?(_ slices: some Sequence<EndpointSlice>) {
        var isEmpty = true
        var nodes: Set<String> = []
        var isUsable = false
        for slice in slices {
            isEmpty = false
            guard slice.addressType != "FQDN" else { continue }
            for endpoint in slice.endpoints ?? [] where endpoint.isUsable {
                isUsable = true
                if let node = endpoint.nodeName { nodes.insert(node) }
            }
        }
        guard !isEmpty else { return nil }
        self.init(nodes: nodes, isUsable: isUsable)
    }
}

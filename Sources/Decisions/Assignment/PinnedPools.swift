import ClusterConfiguration

/// Finds the pinned pools that may serve a Service, by its namespace and its labels, so that it costs the order of the pools
/// that serve it, not of all.
struct PinnedPools: Sendable {
    /// By namespace, the pools that name it: by their `serviceSelectors`.
    private var byNamespace: [String: SelectorIndex] = [:]
    /// The pools with `namespaceSelectors`, by these.
    private var byNamespaceLabels = SelectorIndex()
    /// The pools that serve any namespace, by their `serviceSelectors`.
    private var ofAllNamespaces = SelectorIndex()

    init() {}

    /// - Parameter pools: numbers, and to whom each pool is pinned.
    init(_ pools: [(number: Int, allocation: Pool.Allocation)]) {
        typealias Entry = (number: Int, selectors: [Selector])
        var byNamespace: [String: [Entry]] = [:]
        var byNamespaceLabels: [Entry] = []
        var ofAllNamespaces: [Entry] = []
        for (number, allocation) in pools {
            for name in allocation.namespaces {
                byNamespace[name, default: []].append((number, allocation.serviceSelectors))
            }
            if !allocation.namespaceSelectors.isEmpty {
                byNamespaceLabels.append((number, allocation.namespaceSelectors))
            } else if allocation.namespaces.isEmpty {
                ofAllNamespaces.append((number, allocation.serviceSelectors))
            }
        }
        self.byNamespace = byNamespace.mapValues { SelectorIndex($0) }
        self.byNamespaceLabels = SelectorIndex(byNamespaceLabels)
        self.ofAllNamespaces = SelectorIndex(ofAllNamespaces)
    }

    /// The pools that may serve the Service: every one that does, and few that do not. In order.
    func candidates(
        namespace: String, namespaceLabels: [String: String], serviceLabels: [String: String]
    ) -> [Int] {
        var result = ofAllNamespaces.candidates(for: serviceLabels)
        if let named = byNamespace[namespace] { result += named.candidates(for: serviceLabels) }
        result += byNamespaceLabels.candidates(for: namespaceLabels)
        return result.count > 1 ? Set(result).sorted() : result
    }
}

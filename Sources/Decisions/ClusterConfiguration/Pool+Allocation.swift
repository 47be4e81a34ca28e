extension Pool {
    /// Which Services the pool is pinned to (`spec.serviceAllocation`).
    package struct Allocation: Hashable, Sendable {
        /// Lower first; 0 last.
        package var priority: Int
        package var namespaces: Set<String>
        package var namespaceSelectors: [Selector]
        package var serviceSelectors: [Selector]

        package init(
            priority: Int = 0, namespaces: Set<String> = [], namespaceSelectors: [Selector] = [],
            serviceSelectors: [Selector] = []
        ) {
            self.priority = priority
            self.namespaces = namespaces
            self.namespaceSelectors = namespaceSelectors
            self.serviceSelectors = serviceSelectors
        }

        /// Whether the pool is for some Services only.
        package var isPinned: Bool {
            !namespaces.isEmpty || !namespaceSelectors.isEmpty || !serviceSelectors.isEmpty
        }

        /// Whether a Service with these labels in this namespace may be served.
        ///
        /// The namespace must be among ``namespaces`` or match one of ``namespaceSelectors``, where either is given; and
        /// the Service must match one of ``serviceSelectors``, where any is given.
        package func allows(
            namespace: String, namespaceLabels: [String: String], serviceLabels: [String: String]
        ) -> Bool {
            let namespaceMatches =
                namespaces.isEmpty && namespaceSelectors.isEmpty || namespaces.contains(namespace)
                || namespaceSelectors.contains { $0.matches(namespaceLabels) }
            return namespaceMatches
                && (serviceSelectors.isEmpty || serviceSelectors.contains { $0.matches(serviceLabels) })
        }
    }
}

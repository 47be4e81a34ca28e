import Addresses

/// A valid IPAddressPool.
package struct Pool: Hashable, Sendable {
    /// Whose Services may share an address.
    package enum Sharing: String, Hashable, Sendable {
        /// Those of one namespace. The default of `martlet.dev`.
        case namespace = "Namespace"
        /// Those of all namespaces. The default of `metallb.io`.
        case allNamespaces = "AllNamespaces"
    }

    package var name: String
    /// The pool's own labels, which advertisements select by.
    package var labels: [String: String]
    /// The entries in declared order; they do not overlap, nor do those of two pools.
    package var ranges: [IPRange]
    /// Never given; may lie anywhere.
    package var excluded: [IPRange]
    package var autoAssign: Bool
    /// Whether the pool gives nothing more: what Services have of it, they keep.
    package var disabled: Bool
    package var avoidBuggyIPs: Bool
    package var allocation: Allocation?
    package var reuseAfter: Duration
    package var retainFor: Duration
    /// Addresses of each family that one namespace may hold; `nil`: any number.
    package var quotaPerNamespace: Int?
    package var sharing: Sharing

    package init(
        name: String, labels: [String: String] = [:], ranges: [IPRange], excluded: [IPRange] = [],
        autoAssign: Bool = true, disabled: Bool = false, avoidBuggyIPs: Bool = false, allocation: Allocation? = nil,
        reuseAfter: Duration = .zero, retainFor: Duration = .zero, quotaPerNamespace: Int? = nil,
        sharing: Sharing = .namespace
    ) {
        self.name = name
        self.labels = labels
        self.ranges = ranges
        self.excluded = excluded
        self.autoAssign = autoAssign
        self.disabled = disabled
        self.avoidBuggyIPs = avoidBuggyIPs
        self.allocation = allocation
        self.reuseAfter = reuseAfter
        self.retainFor = retainFor
        self.quotaPerNamespace = quotaPerNamespace
        self.sharing = sharing
    }
}

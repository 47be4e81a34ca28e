/// Addresses that Services may be given (`martlet.dev/v1beta1`, `metallb.io/v1beta1`).
package struct IPAddressPool: Codable, Hashable, Sendable {
    package var apiVersion: String?
    package var metadata: ObjectMeta
    package var spec: IPAddressPoolSpec?
    package var status: IPAddressPoolStatus?
}

package struct IPAddressPoolSpec: Codable, Hashable, Sendable {
    /// CIDRs and `LOWER-UPPER` ranges.
    package var addresses: [String]?
    /// Whether Services that ask for nothing get addresses from here. Default true.
    package var autoAssign: Bool?
    /// Whether IPv4 addresses that end in .0 or .255 are never given. Default false.
    package var avoidBuggyIPs: Bool?
    package var serviceAllocation: ServiceAllocation?

    // Martlet's additions.
    /// Whether the pool gives nothing more; what Services have of it, they keep. Default false.
    package var disabled: Bool?
    /// Addresses, CIDRs and ranges inside the pool that are never given.
    package var excludedAddresses: [String]?
    /// How long a released address rests: a duration as Go writes it, for example `10m`. Default `0s`.
    package var reuseAfter: String?
    /// How long a deleted Service's address waits for it to come back. Default `0s`.
    package var retainFor: String?
    /// How many addresses of each family the Services of one namespace may hold. Default: no limit.
    package var quotaPerNamespace: Int?
    /// `Namespace` or `AllNamespaces`: who may share an address. The default depends on the API group.
    package var sharing: String?
}

/// How full a pool is. The four counts have the names that MetalLB gives them.
package struct IPAddressPoolStatus: Codable, Hashable, Sendable {
    package var assignedIPv4: Int64?
    package var assignedIPv6: Int64?
    /// At most 2^63-1, however many there are.
    package var availableIPv4: Int64?
    package var availableIPv6: Int64?
    package var conditions: [Condition]?

    package init(
        assignedIPv4: Int64? = nil, assignedIPv6: Int64? = nil, availableIPv4: Int64? = nil,
        availableIPv6: Int64? = nil,
        conditions: [Condition]? = nil
    ) {
        self.assignedIPv4 = assignedIPv4
        self.assignedIPv6 = assignedIPv6
        self.availableIPv4 = availableIPv4
        self.availableIPv6 = availableIPv6
        self.conditions = conditions
    }
}

/// Which Services a pool is pinned to, and how it ranks among the pools that match.
package struct ServiceAllocation: Codable, Hashable, Sendable {
    /// Lower first; 0 (also if absent) last.
    package var priority: Int?
    package var namespaces: [String]?
    package var namespaceSelectors: [LabelSelector]?
    package var serviceSelectors: [LabelSelector]?
}

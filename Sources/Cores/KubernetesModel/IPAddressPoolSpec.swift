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

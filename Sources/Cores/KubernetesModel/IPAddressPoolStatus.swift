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

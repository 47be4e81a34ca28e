package struct NodeStatus: Codable, Hashable, Sendable {
    package var conditions: [NodeCondition]?
    package var addresses: [NodeAddress]?

    package init(conditions: [NodeCondition]? = nil, addresses: [NodeAddress]? = nil) {
        self.conditions = conditions
        self.addresses = addresses
    }
}

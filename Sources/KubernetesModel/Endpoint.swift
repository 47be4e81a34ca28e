package struct Endpoint: Codable, Hashable, Sendable {
    package var addresses: [String]?
    package var conditions: EndpointConditions?
    package var nodeName: String?

    package init(addresses: [String]? = nil, conditions: EndpointConditions? = nil, nodeName: String? = nil) {
        self.addresses = addresses
        self.conditions = conditions
        self.nodeName = nodeName
    }

    /// Whether traffic may be sent there: `serving` is true, or `ready` is true or absent.
    package var isUsable: Bool { conditions?.serving == true || conditions?.ready ?? true }
}

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

    /// Whether new traffic should be sent there: `ready` is true or absent, and it is not terminating. (With
    /// `publishNotReadyAddresses` an endpoint that terminates is `ready` too.)
    package var isReady: Bool { conditions?.ready ?? true && conditions?.terminating != true }
}

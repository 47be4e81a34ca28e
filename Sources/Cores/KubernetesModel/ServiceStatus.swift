package struct ServiceStatus: Codable, Hashable, Sendable {
    package var loadBalancer: LoadBalancerStatus?
    package var conditions: [Condition]?

    package init(loadBalancer: LoadBalancerStatus? = nil, conditions: [Condition]? = nil) {
        self.loadBalancer = loadBalancer
        self.conditions = conditions
    }
}

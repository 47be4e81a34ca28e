package struct ServiceStatus: Codable, Hashable, Sendable {
    package var loadBalancer: LoadBalancerStatus?

    package init(loadBalancer: LoadBalancerStatus? = nil) { self.loadBalancer = loadBalancer }
}

package struct LoadBalancerStatus: Codable, Hashable, Sendable {
    package var ingress: [LoadBalancerIngress]?

    package init(ingress: [LoadBalancerIngress]? = nil) { self.ingress = ingress }
}

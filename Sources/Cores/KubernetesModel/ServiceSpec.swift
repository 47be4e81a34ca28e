package struct ServiceSpec: Codable, Hashable, Sendable {
    /// `ClusterIP` (also if absent), `NodePort`, `LoadBalancer` or `ExternalName`.
    package var type: String?
    package var clusterIP: String?
    package var clusterIPs: [String]?
    /// `IPv4`, `IPv6`.
    package var ipFamilies: [String]?
    /// `SingleStack` (also if absent), `PreferDualStack`, `RequireDualStack`.
    package var ipFamilyPolicy: String?
    package var loadBalancerIP: String?
    package var loadBalancerClass: String?
    /// `Cluster` (also if absent) or `Local`.
    package var externalTrafficPolicy: String?
    package var selector: [String: String]?
    package var ports: [ServicePort]?

    package init() {}
}

package struct LoadBalancerIngress: Codable, Hashable, Sendable {
    package var ip: String?
    package var hostname: String?
    /// `VIP` or `Proxy`, where the API server knows the field.
    package var ipMode: String?

    package init(ip: String? = nil, hostname: String? = nil, ipMode: String? = nil) {
        self.ip = ip
        self.hostname = hostname
        self.ipMode = ipMode
    }
}

/// A Service (core/v1), as far as Martlet reads it.
package struct Service: Codable, Hashable, Sendable {
    package var metadata: ObjectMeta
    package var spec: ServiceSpec?
    package var status: ServiceStatus?

    package init(metadata: ObjectMeta, spec: ServiceSpec? = nil, status: ServiceStatus? = nil) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    /// A manifest without a namespace means `default`.
    package var name: NamespacedName {
        NamespacedName(namespace: metadata.namespace ?? "default", name: metadata.name)
    }
}

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

package struct ServicePort: Codable, Hashable, Sendable {
    package var name: String?
    /// `TCP` (also if absent), `UDP` or `SCTP`.
    package var `protocol`: String?
    package var port: Int
    package var nodePort: Int?

    package init(name: String? = nil, protocol: String? = nil, port: Int) {
        self.name = name
        self.protocol = `protocol`
        self.port = port
    }
}

package struct ServiceStatus: Codable, Hashable, Sendable {
    package var loadBalancer: LoadBalancerStatus?
    package var conditions: [Condition]?

    package init(loadBalancer: LoadBalancerStatus? = nil, conditions: [Condition]? = nil) {
        self.loadBalancer = loadBalancer
        self.conditions = conditions
    }
}

package struct LoadBalancerStatus: Codable, Hashable, Sendable {
    package var ingress: [LoadBalancerIngress]?

    package init(ingress: [LoadBalancerIngress]? = nil) { self.ingress = ingress }
}

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

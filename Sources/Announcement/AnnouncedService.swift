import Addresses
import KubernetesModel

/// A Service that has addresses, reduced to what announcing them depends on.
package struct AnnouncedService: Hashable, Sendable {
    /// An address of the Service.
    package struct Address: Hashable, Sendable {
        package var address: IPAddress
        /// The name of the pool that gave it.
        package var pool: String
        /// Whether another Service has the address too. The engine also finds this out by itself, from the Services
        /// that it was told of.
        package var isShared: Bool

        package init(_ address: IPAddress, pool: String, isShared: Bool = false) {
            self.address = address
            self.pool = pool
            self.isShared = isShared
        }
    }

    /// Which nodes may receive the Service's traffic (`spec.externalTrafficPolicy`).
    package enum TrafficPolicy: String, Hashable, Sendable {
        /// Every node: it passes the traffic on to wherever an endpoint is.
        case cluster = "Cluster"
        /// Only nodes that have an endpoint themselves.
        case local = "Local"
    }

    package var name: NamespacedName
    package var labels: [String: String]
    package var addresses: [Address]
    package var externalTrafficPolicy: TrafficPolicy
    /// `nil`: no EndpointSlice at all, which is taken for a ready endpoint on every node.
    package var endpoints: ServiceEndpoints?

    package init(
        _ name: NamespacedName, labels: [String: String] = [:], addresses: [Address],
        externalTrafficPolicy: TrafficPolicy = .cluster, endpoints: ServiceEndpoints? = nil
    ) {
        self.name = name
        self.labels = labels
        self.addresses = addresses
        self.externalTrafficPolicy = externalTrafficPolicy
        self.endpoints = endpoints
    }

    /// The Service as Kubernetes has it, with the addresses assigned to it. A traffic policy that is absent or unknown
    /// means `Cluster`, as in Kubernetes.
    package init(_ service: Service, addresses: [Address], endpoints: ServiceEndpoints?) {
        self.init(
            service.name, labels: service.metadata.labels ?? [:], addresses: addresses,
            externalTrafficPolicy: service.spec?.externalTrafficPolicy.flatMap(TrafficPolicy.init) ?? .cluster,
            endpoints: endpoints)
    }
}

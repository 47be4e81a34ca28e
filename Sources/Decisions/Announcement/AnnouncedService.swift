import Addresses
import ClusterConfiguration
import KubernetesModel

/// A Service that has addresses, reduced to what announcing them depends on.
package struct AnnouncedService: Hashable, Sendable {
    /// An address of the Service.
    package struct Address: Hashable, Sendable {
        package var address: IPAddress
        /// The name of the pool that gave it.
        package var pool: String
        /// Whether another Service has the address too. The engine also derives this from the Services
        /// that it knows.
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
    /// Whether a family without a usable endpoint anywhere is taken for one with a ready endpoint on every node.
    package var announcesWithoutEndpoints: Bool

    package init(
        _ name: NamespacedName, labels: [String: String] = [:], addresses: [Address],
        externalTrafficPolicy: TrafficPolicy = .cluster, endpoints: ServiceEndpoints? = nil,
        announcesWithoutEndpoints: Bool = false
    ) {
        self.name = name
        self.labels = labels
        self.addresses = addresses
        self.externalTrafficPolicy = externalTrafficPolicy
        self.endpoints = endpoints
        self.announcesWithoutEndpoints = announcesWithoutEndpoints
    }

    /// The Service as Kubernetes has it, with the addresses assigned to it and its endpoints: the one way from Kubernetes'
    /// objects to what is announced. `nil` if it has no address. A traffic policy that is absent or unknown means
    /// `Cluster`, as in Kubernetes.
    package init?(_ service: Service, addresses: [Address], endpoints: EndpointIndex) {
        guard !addresses.isEmpty else { return nil }
        self.init(
            service.name, labels: service.metadata.labels ?? [:], addresses: addresses,
            externalTrafficPolicy: service.spec?.externalTrafficPolicy.flatMap(TrafficPolicy.init) ?? .cluster,
            endpoints: endpoints[service.name],
            announcesWithoutEndpoints: ServiceSwitch.announceWithoutEndpoints.isOn(service))
    }

    /// The endpoints that serve the Service's addresses of a family; `nil`: taken for a ready one on every node.
    package func endpoints(_ family: AddressFamily) -> FamilyEndpoints? {
        guard let own = endpoints?[family], own.isUsable || !announcesWithoutEndpoints else { return nil }
        return own
    }
}

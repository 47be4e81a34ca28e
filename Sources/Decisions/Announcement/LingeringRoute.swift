import Addresses
import KubernetesModel

/// An address of a Service whose route the local node keeps for a moment although it gives it up: the route of the node
/// that takes over must reach the routers first.
package struct LingeringRoute: Hashable, Sendable {
    package var service: NamespacedName
    package var address: IPAddress

    package init(_ service: NamespacedName, _ address: IPAddress) {
        self.service = service
        self.address = address
    }
}

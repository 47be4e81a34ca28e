import Addresses
import KubernetesModel

/// This node started or stopped answering for an address.
package struct HeldChange: Hashable, Sendable {
    package let address: IPAddress
    package let isHeld: Bool
    /// Those that have the address; where it was taken from them, those that had it.
    package let services: [NamespacedName]

    package init(address: IPAddress, isHeld: Bool, services: [NamespacedName]) {
        self.address = address
        self.isHeld = isHeld
        self.services = services
    }
}

import Addresses
import KubernetesModel

/// That this node began, or ceased, to answer for an address.
struct HeldChange: Hashable, Sendable {
    let address: IPAddress
    let isHeld: Bool
    /// Those that have the address; where it was taken from them, those that had it.
    let services: [NamespacedName]
}

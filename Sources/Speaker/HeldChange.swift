import Addresses
import KubernetesModel

/// This node started or stopped answering for an address.
struct HeldChange: Hashable, Sendable {
    let address: IPAddress
    let isHeld: Bool
    /// Those that have the address; where it was taken from them, those that had it.
    let services: [NamespacedName]
}

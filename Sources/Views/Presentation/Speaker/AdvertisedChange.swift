import Addresses
import KubernetesModel

/// This node started or stopped advertising a route to some peers.
package struct AdvertisedChange: Hashable, Sendable {
    let prefix: IPPrefix
    /// The peers by name.
    let gained: Set<String>
    let lost: Set<String>
    /// Those that have the address, where the prefix is one address; where it was taken from them, those that had it.
    let services: [NamespacedName]
}

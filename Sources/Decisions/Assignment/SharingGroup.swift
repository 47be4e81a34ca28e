import Addresses
import ClusterConfiguration

/// Services of one group may share an address of this family if their ports do not clash.
struct SharingGroup: Hashable, Sendable {
    let family: AddressFamily
    let offer: SharingOffer
    /// The one namespace whose Services share; `nil` for all.
    let namespace: String?

    init(family: AddressFamily, offer: SharingOffer, namespace: String, sharing: Pool.Sharing) {
        self.family = family
        self.offer = offer
        switch sharing {
        case .namespace: self.namespace = namespace
        case .allNamespaces: self.namespace = nil
        }
    }
}

import Addresses
import KubernetesModel

/// Whether one advertisement is about one address of a Service, and if not, why.
package struct AdvertisementReview: Hashable, Sendable {
    package var `protocol`: NotAnnounced.AnnouncementProtocol
    package var name: String
    package var address: IPAddress
    package var matches: Bool
    /// For a person, without a full stop.
    package var message: String

    package init(
        protocol: NotAnnounced.AnnouncementProtocol, name: String, address: IPAddress, matches: Bool, message: String
    ) {
        self.protocol = `protocol`
        self.name = name
        self.address = address
        self.matches = matches
        self.message = message.bounded()
    }

    /// The kind of object that advertises by the protocol.
    package var kind: String {
        switch `protocol` {
        case .layer2: "L2Advertisement"
        case .bgp: "BGPAdvertisement"
        }
    }
}

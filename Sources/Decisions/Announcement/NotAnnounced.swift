import Addresses
import KubernetesModel

/// One node does not announce one address by one protocol, and why.
package struct NotAnnounced: Hashable, Sendable {
    package enum AnnouncementProtocol: String, Hashable, Sendable {
        case layer2
        case bgp
    }

    package var service: NamespacedName
    package var address: IPAddress
    package var `protocol`: AnnouncementProtocol
    package var node: String
    /// The BGP peer without the route, if the reason is about one peer.
    package var peer: String?
    package var reason: NotAnnouncedReason
    /// The reason as a sentence for a person.
    package var message: String

    package init(
        service: NamespacedName, address: IPAddress, protocol: AnnouncementProtocol, node: String,
        peer: String? = nil, reason: NotAnnouncedReason, message: String
    ) {
        self.service = service
        self.address = address
        self.protocol = `protocol`
        self.node = node
        self.peer = peer
        self.reason = reason
        self.message = message.bounded()
    }
}

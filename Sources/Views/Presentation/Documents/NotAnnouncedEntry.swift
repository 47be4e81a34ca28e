import Addresses
import Announcement
import KubernetesModel

/// That a node does not announce an address, and why, as documents state it.
package struct NotAnnouncedEntry: Hashable, Sendable, Decodable {
    package var service: String
    package var ip: String
    /// `layer2` or `bgp`.
    package var `protocol`: String
    package var node: String
    package var reason: String
    package var message: String
    /// The BGP peer without the route, if the reason is about one peer. An addition.
    package var peer: String?

    package init(
        service: String, ip: String, protocol: String, node: String, reason: String, message: String,
        peer: String? = nil
    ) {
        self.service = service
        self.ip = ip
        self.protocol = `protocol`
        self.node = node
        self.reason = reason
        self.message = message.bounded()
        self.peer = peer
    }

    package init(_ silence: NotAnnounced) {
        self.init(
            service: silence.service.description, ip: silence.address.description, protocol: silence.protocol.rawValue,
            node: silence.node, reason: silence.reason.rawValue, message: silence.message, peer: silence.peer)
    }
}

extension NotAnnouncedEntry: JSONRepresentable {
    package var json: JSONValue {
        let contract: JSONValue = [
            "service": service.json, "ip": ip.json, "protocol": self.protocol.json, "node": node.json,
            "reason": reason.json, "message": message.json,
        ]
        return contract.adding(["peer": peer.json])
    }
}

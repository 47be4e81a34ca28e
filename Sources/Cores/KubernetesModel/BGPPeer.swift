/// A router to hold a BGP session with (`martlet.dev/v1beta1`, `metallb.io/v1beta2`).
package struct BGPPeer: Codable, Hashable, Sendable {
    package var apiVersion: String?
    package var metadata: ObjectMeta
    package var spec: BGPPeerSpec?
    package var status: ConfigurationStatus?
}

package struct BGPPeerSpec: Codable, Hashable, Sendable {
    package var myASN: Int?
    package var peerASN: Int?
    /// `internal` or `external`, in place of `peerASN`.
    package var dynamicASN: String?
    package var localASN: Int?
    package var peerAddress: String?
    /// The interface of an unnumbered session, in place of `peerAddress`.
    package var interface: String?
    package var sourceAddress: String?
    package var peerPort: Int?
    /// Durations as Go writes them, for example `90s`.
    package var holdTime: String?
    package var keepaliveTime: String?
    package var connectTime: String?
    package var routerID: String?
    package var nodeSelectors: [LabelSelector]?
    package var password: String?
    package var passwordSecret: SecretReference?
    package var bfdProfile: String?
    package var ebgpMultiHop: Bool?
    package var enableGracefulRestart: Bool?
    package var vrf: String?
    package var disableMP: Bool?
    package var dualStackAddressFamily: Bool?
    /// Martlet's own: wait for the router to connect.
    package var passive: Bool?
    /// Martlet's own: RFC 5082.
    package var ttlSecurity: Bool?
    /// Martlet's own: `description`, for people.
    package var descriptionText: String?
    /// Martlet's own: hold no session.
    package var shutdown: Bool?
    /// Martlet's own: the shutdown message for the router's operator (RFC 9003).
    package var shutdownMessage: String?

    /// A type's `description` is what it prints as, so that the field goes by another name here.
    private enum CodingKeys: String, CodingKey {
        case myASN, peerASN, dynamicASN, localASN, peerAddress, interface, sourceAddress, peerPort, holdTime
        case keepaliveTime, connectTime, routerID, nodeSelectors, password, passwordSecret, bfdProfile, ebgpMultiHop
        case enableGracefulRestart, vrf, disableMP, dualStackAddressFamily, passive, ttlSecurity, shutdown
        case shutdownMessage
        case descriptionText = "description"
    }

    package init() {}
}

extension BGPPeerSpec: CustomStringConvertible, CustomReflectable {
    /// The router and the AS numbers; never the password.
    package var description: String {
        let router = peerAddress ?? interface ?? "?"
        return "BGPPeerSpec(\(router), password: \(password == nil ? "none" : "redacted"))"
    }

    /// Keeps the password out of `dump` and of test failures.
    package var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}

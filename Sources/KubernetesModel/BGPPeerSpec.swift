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

    package init() {}
}

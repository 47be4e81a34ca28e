import Addresses

/// What a session depends on. A change of any of it makes a new session necessary.
package struct SessionConfiguration: Hashable, Sendable {
    /// Which autonomous system the peer must be in.
    package enum PeerASN: Hashable, Sendable, CustomStringConvertible {
        case exactly(ASN)
        /// Any but ours.
        case external
        /// Ours.
        case `internal`

        package func accepts(_ asn: ASN, local: ASN) -> Bool {
            switch self {
            case .exactly(let expected): asn == expected
            case .external: asn != local
            case .internal: asn == local
            }
        }

        package var description: String {
            switch self {
            case .exactly(let asn): "AS \(asn)"
            case .external: "any AS but ours"
            case .internal: "our AS"
            }
        }
    }

    package var localASN: ASN
    package var peerASN: PeerASN
    package var identifier: BGPIdentifier
    /// The kinds of routes that may be sent, without repetition, IPv4 first.
    package var families: [AddressFamily]
    /// Proposed to the peer: zero (no keepalives) or three seconds to 65535, whole seconds.
    package var holdTime: Duration
    /// At most a third of the hold time agreed is used; `nil` stands for that third.
    package var keepaliveTime: Duration?
    /// The longest wait between attempts to connect, and the time that one attempt may take. The first wait is a second;
    /// each is twice the last until a session is established.
    package var connectRetryTime: Duration
    /// Wait for the peer to connect.
    package var isPassive: Bool
    /// Ask the peer to keep the routes while this speaker restarts; `nil`: do not.
    package var gracefulRestart: GracefulRestartSettings?
    /// IPv4 routes may be sent with an IPv6 next hop, where the peer can do that (RFC 8950).
    package var allowsExtendedNextHop: Bool

    package struct GracefulRestartSettings: Hashable, Sendable {
        /// How long the peer is asked to keep the routes: up to 4095 s.
        package var restartTime: Duration
        /// This speaker has just restarted, and its routes were left standing.
        package var isRestarting: Bool

        package init(restartTime: Duration = .seconds(120), isRestarting: Bool = false) {
            self.restartTime = restartTime
            self.isRestarting = isRestarting
        }
    }

    /// Whether there is anything to agree on with a peer that knows no capabilities: IPv4 and AS numbers of two octets.
    var canDoWithoutCapabilities: Bool { families.contains(.ipv4) && localASN.rawValue <= UInt16.max }

    package init(
        localASN: ASN, peerASN: PeerASN, identifier: BGPIdentifier, families: [AddressFamily],
        holdTime: Duration = .seconds(90), keepaliveTime: Duration? = nil, connectRetryTime: Duration = .seconds(30),
        isPassive: Bool = false, gracefulRestart: GracefulRestartSettings? = nil, allowsExtendedNextHop: Bool = false
    ) {
        self.localASN = localASN
        self.peerASN = peerASN
        self.identifier = identifier
        self.families = Set(families).sorted()
        self.holdTime = holdTime
        self.keepaliveTime = keepaliveTime
        self.connectRetryTime = connectRetryTime
        self.isPassive = isPassive
        self.gracefulRestart = gracefulRestart
        self.allowsExtendedNextHop = allowsExtendedNextHop
    }

    /// RFC 4271 §10: the suggested "large value" for the time until the peer's OPEN.
    package static let openHoldTime = Duration.seconds(240)
    /// RFC 9687 §3.2: at least eight minutes.
    package static let leastSendHoldTime = Duration.seconds(480)
    /// The first wait between two attempts.
    package static let firstRetryTime = Duration.seconds(1)

    /// The hold time as it travels. What cannot travel is brought to the nearest that can.
    package var holdTimeInSeconds: UInt16 {
        let seconds = holdTime.components.seconds
        return seconds <= 0 ? 0 : UInt16(clamping: max(3, seconds))
    }
}

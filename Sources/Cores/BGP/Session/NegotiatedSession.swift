import Addresses
import WireCodec

/// What the two OPENs agreed on.
package struct NegotiatedSession: Hashable, Sendable {
    package let connection: ConnectionID
    package let localASN: ASN
    package let peerASN: ASN
    package let peerIdentifier: BGPIdentifier
    /// RFC 4271 §4.2: the smaller of the two; zero stands for none.
    package let holdTime: Duration
    /// Zero stands for none.
    package let keepaliveTime: Duration
    /// The kinds of routes that both sides know.
    package let families: [AddressFamily]
    /// RFC 6793: AS numbers have four octets in UPDATEs.
    package let fourOctetASN: Bool
    /// RFC 8654 §4: the longest message that the peer takes.
    package let maximumMessageLength: Int
    /// RFC 8654 §4: the longest message that the peer may send.
    package let maximumReceivedLength: Int
    /// RFC 2918.
    package let routeRefresh: Bool
    /// RFC 7313.
    package let enhancedRouteRefresh: Bool
    /// RFC 8950: IPv4 routes may have IPv6 next hops.
    package let extendedNextHop: Bool
    /// RFC 4724: what the peer said of graceful restart, if we said something too.
    package let peerGracefulRestart: GracefulRestart?

    package var isInternal: Bool { localASN == peerASN }

    /// Whether a new connection of the peer means that it has given the old one up: RFC 4724 §5 says so of a peer that keeps
    /// routes of its own over a restart, which one without families does not.
    var isEndedByNewConnection: Bool { peerGracefulRestart?.families.isEmpty == false }

    /// RFC 8538 §2: both sides said that graceful restart covers NOTIFICATIONs.
    package var needsHardReset: Bool { peerGracefulRestart?.coversNotifications == true }

    /// Checks the peer's OPEN against the configuration, and finds what both sides can do.
    init(
        _ open: OpenMessage, configuration: SessionConfiguration, ours: [Capability], connection: ConnectionID
    ) throws(MessageError) {
        // RFC 4271 §6.2: not an autonomous system that we expect.
        guard configuration.peerASN.accepts(open.asn, local: configuration.localASN) else {
            throw MessageError(
                .openMessageError, ErrorSubcode.OpenMessage.badPeerAS,
                reason: "the peer is in AS \(open.asn), expected \(configuration.peerASN)")
        }
        let isInternal = open.asn == configuration.localASN
        // RFC 6286 §2.2: unique within an autonomous system.
        guard !isInternal || open.identifier != configuration.identifier else {
            throw MessageError(
                .openMessageError, ErrorSubcode.OpenMessage.badBGPIdentifier,
                reason: "the peer uses our own identifier \(open.identifier)")
        }
        let theirs = open.capabilities
        let offered = theirs.compactMap { if case .multiprotocol(let family) = $0 { family } else { nil } }
        // RFC 4760 §8: without the capability, IPv4 unicast and nothing else is spoken.
        let theirFamilies =
            offered.isEmpty || ours.isEmpty ? [AddressFamily.ipv4] : offered.compactMap(\.unicast)
        let families = configuration.families.filter(theirFamilies.contains)
        guard !families.isEmpty else {
            // RFC 5492 §3 and §5: what we cannot do without; the data is the capabilities as we would have them.
            var data = ByteWriter()
            for family in configuration.families {
                let capability = Capability.multiprotocol(RouteFamily(unicast: family))
                do throws(LengthOverflow) { try capability.encode(into: &data) } catch {
                    preconditionFailure("a capability of four octets does not fit: \(error)")
                }
            }
            let wanted = configuration.families.map(\.description).joined(separator: ", ")
            throw MessageError(
                .openMessageError, ErrorSubcode.OpenMessage.unsupportedCapability, data: data.bytes,
                reason: "the peer does not accept \(wanted) routes")
        }
        func both(_ capability: Capability) -> Bool { ours.contains(capability) && theirs.contains(capability) }
        self.connection = connection
        localASN = configuration.localASN
        peerASN = open.asn
        peerIdentifier = open.identifier
        let holdSeconds = min(configuration.holdTimeInSeconds, open.holdTime)
        holdTime = .seconds(Int(holdSeconds))
        // RFC 4271 §4.4: a third of the hold time; not more often than once a second.
        let third = holdTime / 3
        keepaliveTime =
            holdSeconds == 0 ? .zero : max(.seconds(1), min(configuration.keepaliveTime ?? third, third))
        self.families = families
        fourOctetASN = open.fourOctetASN != nil && ours.contains { $0.code == .fourOctetASN }
        let extended = Header.maximumExtendedMessageLength
        maximumMessageLength = theirs.contains(.extendedMessage) ? extended : Header.maximumMessageLength
        maximumReceivedLength = ours.contains(.extendedMessage) ? extended : Header.maximumMessageLength
        routeRefresh = both(.routeRefresh)
        enhancedRouteRefresh = both(.enhancedRouteRefresh)
        extendedNextHop =
            ours.contains { $0.code == .extendedNextHop }
            && theirs.contains { capability in
                guard case .extendedNextHop(let entries) = capability else { return false }
                return entries.contains { $0.family.unicast == .ipv4 && $0.nextHop == .ipv6 }
            }
        let restart = theirs.compactMap { if case .gracefulRestart(let restart) = $0 { restart } else { nil } }.last
        peerGracefulRestart = ours.contains { $0.code == .gracefulRestart } ? restart : nil
    }
}

import Addresses
import BGP
import Interfaces

/// On which sockets to listen for BGP peers, and whose connections to take there. A value: it decides, ``BGPListeners``
/// acts.
///
/// There are sockets only while a peer is passive. Any configured peer may then connect, passive or not, since the
/// session settles a collision; no other host may.
package struct ListeningPlan: Hashable, Sendable {
    /// Names one socket.
    package struct Socket: Hashable, Sendable {
        package let local: TCPEndpoint
        package let device: String?
    }

    /// What a socket asks of those who connect.
    package struct Requirements: Hashable, Sendable {
        package var passwords: [TCPEndpoint: TCPPassword] = [:]
        /// What answers are sent with; `nil`: the system's choice.
        package var timeToLive: UInt8?
        /// What is asked of those who connect; zero: anything.
        package var leastTimeToLive: UInt8

        package init(leastTimeToLive: UInt8) { self.leastTimeToLive = leastTimeToLive }
    }

    package private(set) var sockets: [Socket: Requirements] = [:]
    private var peers: [BGPPeerSettings]

    package init(_ settings: [BGPPeerSettings] = []) {
        // Passive ones first, then by name: of two peers at one address, the one that waits is meant.
        peers = settings.filter { $0.shutdown == nil }
            .sorted { ($0.session.isPassive ? 0 : 1, $0.name) < ($1.session.isPassive ? 0 : 1, $1.name) }
        for peer in peers where peer.session.isPassive {
            sockets[ListeningPlan.socket(for: peer)] = Requirements(leastTimeToLive: 0)
        }
        for socket in sockets.keys { sockets[socket] = requirements(at: socket) }
    }

    /// The peer that a connection comes from; `nil`: no configured peer.
    package func peer(from remote: TCPEndpoint, to local: TCPEndpoint, at socket: Socket) -> BGPPeerSettings? {
        peers.first { peer in
            peer.address == remote.address && (peer.zone == nil || peer.zone == remote.zone)
                && mayUse(peer, socket) && (peer.sourceAddress == nil || peer.sourceAddress == local.address)
        }
    }

    private static func socket(for peer: BGPPeerSettings) -> Socket {
        let unspecified =
            peer.address.family == .ipv4 ? IPAddress.v4(IPv4Address(rawValue: 0)) : .v6(IPv6Address(rawValue: 0))
        let source = peer.sourceAddress
        let zone = source?.isLinkLocal == true && source?.family == .ipv6 ? peer.zone : nil
        return Socket(
            local: TCPEndpoint(source ?? unspecified, zone: zone, port: peer.listenPort), device: peer.options.device)
    }

    /// Whether what comes in at this socket may be for that peer.
    private func mayUse(_ peer: BGPPeerSettings, _ socket: Socket) -> Bool {
        guard peer.address.family == socket.local.address.family, peer.listenPort == socket.local.port,
            peer.options.device == socket.device
        else { return false }
        return socket.local.address.isUnspecified || peer.sourceAddress == nil
            || peer.sourceAddress == socket.local.address
    }

    private func requirements(at socket: Socket) -> Requirements {
        let here = peers.filter { mayUse($0, socket) }
        var requirements = Requirements(leastTimeToLive: 0)
        for peer in here.reversed() {
            let endpoint = TCPEndpoint(peer.address, zone: peer.zone, port: 0)
            requirements.passwords[endpoint] = peer.options.password ?? requirements.passwords[endpoint]
        }
        // RFC 5082 §3: what is sent has 255, also the answer to a SYN; others do not mind.
        if here.contains(where: { $0.options.leastTimeToLive != nil }) { requirements.timeToLive = 255 }
        // The socket asks for what all are asked for; connections for what their own peer is asked for.
        requirements.leastTimeToLive = here.map { $0.options.leastTimeToLive ?? 0 }.min() ?? 0
        return requirements
    }
}

import Addresses
import BGP
import Interfaces

/// One BGP peer: what the session needs, how to reach the peer, and what to call it.
package struct BGPPeerSettings: Hashable, Sendable {
    /// Unique; routes name their peers by it.
    package var name: String
    package var session: SessionConfiguration
    package var address: IPAddress
    /// The interface, for a link-local address.
    package var zone: String?
    package var port: UInt16
    /// The local address; `nil`: the system's choice.
    package var sourceAddress: IPAddress?
    package var options: TCPOptions
    /// Next hops to announce in place of the session's local address, and for families that the session does not run
    /// over.
    package var nextHops: [AddressFamily: IPAddress]
    /// Where this side listens for the peer, if ``BGP/SessionConfiguration/isPassive`` says that it does.
    package var listenPort: UInt16
    /// Hold no session; `nil`: hold one.
    package var shutdown: Shutdown?
    /// The BFD session beside the BGP session; `nil`: none. No BGP session depends on it.
    package var bfd: BFDPeerSettings?
    /// For people. No session depends on it.
    package var description: String?

    /// Administratively down.
    package struct Shutdown: Hashable, Sendable {
        /// For the peer's operator (RFC 9003).
        package var text: String?

        package init(text: String? = nil) { self.text = text }
    }

    package init(
        name: String, session: SessionConfiguration, address: IPAddress, zone: String? = nil, port: UInt16 = 179,
        sourceAddress: IPAddress? = nil, options: TCPOptions = TCPOptions(), nextHops: [AddressFamily: IPAddress] = [:],
        listenPort: UInt16 = 179, shutdown: Shutdown? = nil, description: String? = nil
    ) {
        self.name = name
        self.session = session
        self.address = address
        self.zone = zone
        self.port = port
        self.sourceAddress = sourceAddress
        self.options = options
        self.nextHops = nextHops
        self.listenPort = listenPort
        self.shutdown = shutdown
        self.description = description
    }

    /// Whether a session made with these settings goes on unharmed with `other`.
    package func needsNoNewSession(for other: BGPPeerSettings) -> Bool {
        var same = other
        same.description = description
        same.bfd = bfd
        // It takes effect with the next attempt: see BGPPeer.adopt.
        same.session.connectRetryTime = session.connectRetryTime
        return same == self
    }

    package var endpoint: TCPEndpoint { TCPEndpoint(address, zone: zone, port: port) }

    /// The next hops of what is sent over a connection with this local address, by family; families without one are not
    /// sent.
    package func nextHops(local: TCPEndpoint, families: [AddressFamily], extended: Bool) -> [AddressFamily: NextHop] {
        var hops: [AddressFamily: NextHop] = [:]
        let linkLocal = local.address.isLinkLocal ? local.address.v6 : nil
        for family in families {
            if let configured = nextHops[family] {
                // RFC 2545 §3: on a shared link, the link-local address follows the global one.
                hops[family] = NextHop(configured, linkLocal: linkLocal)
            } else if local.address.family == family || (family == .ipv4 && extended) {
                hops[family] = NextHop(local.address)
            }
        }
        return hops
    }
}

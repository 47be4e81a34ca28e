import Addresses

/// A valid BGPPeer.
package struct Peer: Hashable, Sendable {
    /// Which AS the router is in.
    package enum RemoteAS: Hashable, Sendable {
        case number(UInt32)
        /// The same as ours (`dynamicASN: internal`).
        case `internal`
        /// Any but ours (`dynamicASN: external`).
        case external
    }

    /// Where the router is.
    package enum Endpoint: Hashable, Sendable {
        /// An address, with a zone (interface name) if it is link-local.
        case address(IPAddress, zone: String?)
        /// The router that advertises itself on this interface.
        case unnumbered(interface: String)
    }

    package var name: String
    package var myASN: UInt32
    /// The AS that our OPEN names, where it is not ``myASN`` (`localASN`).
    package var localASN: UInt32?
    package var remoteAS: RemoteAS
    package var endpoint: Endpoint
    package var port: UInt16
    package var sourceAddress: IPAddress?
    /// Zero, or at least three seconds. Default 90 s.
    package var holdTime: Duration
    /// Default: a third of the hold time.
    package var keepaliveTime: Duration
    /// How long before a failed connection is tried again, at first.
    package var connectTime: Duration?
    package var routerID: IPv4Address?
    /// A node matches one of these; none given: every node matches.
    package var nodeSelectors: [Selector]
    /// From `password` or the Secret; for TCP-MD5 (RFC 2385).
    package var password: Password?
    package var bfd: BFDSettings?
    package var ebgpMultiHop: Bool
    package var enableGracefulRestart: Bool
    package var vrf: String?
    package var disableMP: Bool
    package var dualStackAddressFamily: Bool
    /// Wait for the router to connect.
    package var isPassive = false
    /// Packets are sent with a TTL of 255 and taken with no other: the router is on the link (RFC 5082).
    package var ttlSecurity = false
    /// For people.
    package var description: String?
    package var shutdown: Shutdown?

    /// Administratively down: the session is configured, and not held.
    package struct Shutdown: Hashable, Sendable {
        /// The message for the router's operator (RFC 9003): up to ``maximumLength`` octets.
        package var message: String?

        /// RFC 9003 §2.
        package static let maximumLength = 255

        package init(message: String? = nil) { self.message = message }
    }

    package init(
        name: String, myASN: UInt32, remoteAS: RemoteAS, endpoint: Endpoint, localASN: UInt32? = nil,
        port: UInt16 = 179, sourceAddress: IPAddress? = nil, holdTime: Duration = .seconds(90),
        keepaliveTime: Duration = .seconds(30), connectTime: Duration? = nil, routerID: IPv4Address? = nil,
        nodeSelectors: [Selector] = [], password: Password? = nil, bfd: BFDSettings? = nil, ebgpMultiHop: Bool = false,
        enableGracefulRestart: Bool = false, vrf: String? = nil, disableMP: Bool = false,
        dualStackAddressFamily: Bool = false
    ) {
        self.name = name
        self.myASN = myASN
        self.localASN = localASN
        self.remoteAS = remoteAS
        self.endpoint = endpoint
        self.port = port
        self.sourceAddress = sourceAddress
        self.holdTime = holdTime
        self.keepaliveTime = keepaliveTime
        self.connectTime = connectTime
        self.routerID = routerID
        self.nodeSelectors = nodeSelectors
        self.password = password
        self.bfd = bfd
        self.ebgpMultiHop = ebgpMultiHop
        self.enableGracefulRestart = enableGracefulRestart
        self.vrf = vrf
        self.disableMP = disableMP
        self.dualStackAddressFamily = dualStackAddressFamily
    }

    /// The interface of an unnumbered session.
    package var interface: String? {
        guard case .unnumbered(let interface) = endpoint else { return nil }
        return interface
    }

    /// Whether the router is in our AS (an iBGP session).
    package var isInternal: Bool {
        switch remoteAS {
        case .number(let number): number == localASN ?? myASN
        case .internal: true
        case .external: false
        }
    }

    /// Whether routes of a family go to this peer: IPv4 over IPv4, IPv6 over IPv6, both if the session is unnumbered or
    /// says `dualStackAddressFamily`.
    package func carries(_ family: AddressFamily) -> Bool {
        switch endpoint {
        case .address(let address, _): dualStackAddressFamily || address.family == family
        case .unnumbered: true
        }
    }
}

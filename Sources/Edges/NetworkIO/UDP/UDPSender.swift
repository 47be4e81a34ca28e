import Addresses
import CLinux
import Glibc
import SystemIO

/// Sends datagrams to one address, always from the same port.
///
/// It belongs to the network namespace of the thread that opens it.
package final class UDPSender {
    /// Where to send, and how.
    package struct Options: Hashable, Sendable {
        package var destination: IPAddress
        package var port: UInt16
        /// The name of the interface that a link-local address is on.
        package var zone: String?
        /// `nil`: the system's choice for each datagram.
        package var source: IPAddress?
        /// The device, for example of a VRF, that everything leaves through.
        package var device: String?
        /// The source port is a free one of these, chosen at random.
        package var sourcePorts: ClosedRange<UInt16>
        /// The TTL or hop limit sent with.
        package var hopLimit: UInt8 = 255
        /// The DSCP and ECN octet sent with; CS6 is for the network's own traffic (RFC 4594 §3.1).
        package var trafficClass: UInt8 = 0xC0

        package init(to destination: IPAddress, port: UInt16, sourcePorts: ClosedRange<UInt16>) {
            self.destination = destination
            self.port = port
            self.sourcePorts = sourcePorts
        }
    }

    private let socket: FileDescriptor
    /// The index of the zone; zero without one.
    package let scope: CInt
    private let destination: SocketAddressBytes
    private let name: String

    /// - Throws: `ENODEV` if there is no such zone or device, `EADDRNOTAVAIL` if the host has no such source address.
    package init(_ options: Options) throws(SystemError) {
        var scope: CInt = 0
        if let zone = options.zone {
            scope = CInt(bitPattern: unsafe if_nametoindex(zone))
            guard scope > 0 else { throw SystemError("no interface \(zone)", code: ENODEV) }
        }
        self.scope = scope
        name = "\(options.destination)\(options.zone.map { "%" + $0 } ?? "")"
        destination = SocketAddressBytes(options.destination, port: options.port, scope: scope)
        let family = options.destination.family
        socket = try FileDescriptor.forDatagrams(of: family)
        if let device = options.device ?? options.zone { try socket.bind(toDevice: device) }
        // It only sends: packets to its port must not take room.
        try socket.set(SOL_SOCKET, SO_RCVBUF, 0, "SO_RCVBUF")
        switch family {
        case .ipv4:
            try socket.set(CInt(IPPROTO_IP), IP_TTL, CInt(options.hopLimit), "IP_TTL")
            try socket.set(CInt(IPPROTO_IP), IP_TOS, CInt(options.trafficClass), "IP_TOS")
        case .ipv6:
            try socket.set(CInt(IPPROTO_IPV6), IPV6_UNICAST_HOPS, CInt(options.hopLimit), "IPV6_UNICAST_HOPS")
            try socket.set(CInt(IPPROTO_IPV6), IPV6_TCLASS, CInt(options.trafficClass), "IPV6_TCLASS")
        }
        let unspecified: IPAddress = family == .ipv4 ? .v4(.unspecified) : .v6(.unspecified)
        let source = options.source ?? unspecified
        try socket.bind(to: source, scope: source.isLinkLocal ? scope : 0, ports: options.sourcePorts)
    }

    /// Sends one datagram; never waits.
    package func send(_ octets: [UInt8]) throws(SystemError) { try socket.send(octets, to: destination, name) }
}

import Addresses
import CLinux
import Glibc
import SystemIO

/// Sends datagrams to one link-local multicast group on one interface, and receives those that others send there.
///
/// Two descriptors: one bound to group and port, which therefore sees nothing else; one to send from, since a protocol's
/// source port may have to be another than its destination port. Both are bound to the interface, regardless of its
/// name. What this host sends it does not receive itself.
///
/// It belongs to the network namespace of the thread that opens it.
package final class MulticastSocket {
    /// Where to send, and how.
    package struct Options: Hashable, Sendable {
        package var group: IPAddress
        package var port: UInt16
        /// The source port is a free one of these, chosen at random.
        package var sourcePorts: ClosedRange<UInt16>
        /// The TTL or hop limit sent with.
        package var hopLimit: UInt8
        /// The DSCP and ECN octet sent with; CS6 is for the network's own traffic (RFC 4594 §3.1).
        package var trafficClass: UInt8

        package init(
            group: IPAddress, port: UInt16, sourcePorts: ClosedRange<UInt16>, hopLimit: UInt8 = 255,
            trafficClass: UInt8 = 0xC0
        ) {
            self.group = group
            self.port = port
            self.sourcePorts = sourcePorts
            self.hopLimit = hopLimit
            self.trafficClass = trafficClass
        }
    }

    private let receiver: FileDescriptor
    private let sender: FileDescriptor
    private let destination: SocketAddressBytes

    /// Opens both, and joins the group.
    ///
    /// - Parameter interface: the interface's index.
    /// - Throws: `ENODEV` if there is no such interface, `EADDRINUSE` if another program has the port for itself.
    package init(interface: CInt, options: Options) throws(SystemError) {
        destination = SocketAddressBytes(options.group, port: options.port, scope: interface)
        receiver = try MulticastSocket.makeReceiver(interface: interface, options, destination)
        sender = try MulticastSocket.makeSender(interface: interface, options)
    }

    /// Readable when a datagram waits.
    package var descriptor: CInt { receiver.rawValue }

    /// Sends one datagram; never waits.
    package func send(_ octets: [UInt8]) throws(SystemError) { try sender.send(octets, to: destination, "the group") }

    /// Takes the next datagram that waits; `nil` if none does. Never waits. What does not fit the buffer is cut off.
    package func receive(into buffer: inout [UInt8]) throws(SystemError) -> Datagram? {
        try receiver.receive(into: &buffer)
    }
}

// MARK: - Opening

extension MulticastSocket {
    private static func makeReceiver(
        interface: CInt, _ options: Options, _ group: SocketAddressBytes
    ) throws(SystemError) -> FileDescriptor {
        let descriptor = try open(options.group.family, interface: interface)
        // Sessions between two systems, and other programs, may have the port on their own addresses.
        try descriptor.set(SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR")
        switch options.group {
        case .v4(let address):
            try descriptor.set(CInt(IPPROTO_IP), IP_RECVTTL, 1, "IP_RECVTTL")
            try descriptor.set(CInt(IPPROTO_IP), IP_MULTICAST_ALL, 0, "IP_MULTICAST_ALL")
            var request = ip_mreqn()
            request.imr_multiaddr.s_addr = address.rawValue.bigEndian
            request.imr_ifindex = interface
            try descriptor.set(CInt(IPPROTO_IP), IP_ADD_MEMBERSHIP, &request, "IP_ADD_MEMBERSHIP")
        case .v6(let address):
            try descriptor.set(CInt(IPPROTO_IPV6), IPV6_RECVHOPLIMIT, 1, "IPV6_RECVHOPLIMIT")
            var request = ipv6_mreq()
            request.ipv6mr_interface = UInt32(bitPattern: interface)
            unsafe withUnsafeMutableBytes(of: &request.ipv6mr_multiaddr) { unsafe $0.copyBytes(from: address.octets) }
            try descriptor.set(CInt(IPPROTO_IPV6), IPV6_JOIN_GROUP, &request, "IPV6_JOIN_GROUP")
        }
        guard descriptor.bind(to: group) else {
            throw SystemError("cannot bind to \(options.group) port \(options.port)", code: errno)
        }
        return descriptor
    }

    private static func makeSender(interface: CInt, _ options: Options) throws(SystemError) -> FileDescriptor {
        let descriptor = try open(options.group.family, interface: interface)
        // It only sends: packets to its port must not take room.
        try descriptor.set(SOL_SOCKET, SO_RCVBUF, 0, "SO_RCVBUF")
        let unspecified: IPAddress
        switch options.group {
        case .v4:
            unspecified = .v4(.unspecified)
            var request = ip_mreqn()
            request.imr_ifindex = interface
            try descriptor.set(CInt(IPPROTO_IP), IP_MULTICAST_IF, &request, "IP_MULTICAST_IF")
            try descriptor.set(CInt(IPPROTO_IP), IP_MULTICAST_TTL, CInt(options.hopLimit), "IP_MULTICAST_TTL")
            try descriptor.set(CInt(IPPROTO_IP), IP_MULTICAST_LOOP, 0, "IP_MULTICAST_LOOP")
            try descriptor.set(CInt(IPPROTO_IP), IP_TOS, CInt(options.trafficClass), "IP_TOS")
        case .v6:
            unspecified = .v6(.unspecified)
            try descriptor.set(CInt(IPPROTO_IPV6), IPV6_MULTICAST_IF, interface, "IPV6_MULTICAST_IF")
            try descriptor.set(CInt(IPPROTO_IPV6), IPV6_MULTICAST_HOPS, CInt(options.hopLimit), "IPV6_MULTICAST_HOPS")
            try descriptor.set(CInt(IPPROTO_IPV6), IPV6_MULTICAST_LOOP, 0, "IPV6_MULTICAST_LOOP")
            try descriptor.set(CInt(IPPROTO_IPV6), IPV6_TCLASS, CInt(options.trafficClass), "IPV6_TCLASS")
        }
        try descriptor.bind(to: unspecified, scope: 0, ports: options.sourcePorts)
        return descriptor
    }

    private static func open(_ family: AddressFamily, interface: CInt) throws(SystemError) -> FileDescriptor {
        let descriptor = try FileDescriptor.forDatagrams(of: family)
        try descriptor.set(SOL_SOCKET, SO_BINDTOIFINDEX, interface, "SO_BINDTOIFINDEX")
        return descriptor
    }
}

import Addresses
import CLinux
import Glibc
import SystemIO

/// Sends datagrams to one link-local multicast group on one interface, and receives those that others send there.
///
/// Two descriptors: one bound to group and port, which therefore sees nothing else; one to send from, since a protocol's
/// source port may have to be another than its destination port. Both are bound to the interface, whatever its name. What
/// this host sends it does not receive itself.
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

    /// What came beside a datagram's octets.
    package struct Arrival: Hashable, Sendable {
        /// How many octets of the buffer it fills.
        package let count: Int
        package let source: IPAddress
        /// 0 if the kernel did not tell.
        package let hopLimit: UInt8
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
    package func send(_ octets: [UInt8]) throws(SystemError) {
        let count = unsafe destination.withUnsafeAddress { address, length in
            unsafe octets.withUnsafeBytes {
                unsafe sendto(
                    sender.rawValue, $0.baseAddress, $0.count, CInt(MSG_DONTWAIT | MSG_NOSIGNAL),
                    address, length)
            }
        }
        guard count == octets.count else {
            throw SystemError("cannot send to the group", code: count < 0 ? errno : EMSGSIZE)
        }
    }

    /// Takes the next datagram that waits; `nil` if none does. Never waits. What does not fit the buffer is cut off.
    package func receive(into buffer: inout [UInt8]) throws(SystemError) -> Arrival? {
        while true {
            var datagram = clinux_datagram()
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe clinux_receive_datagram(receiver.rawValue, $0.baseAddress, $0.count, &datagram)
            }
            if count == -Int(EAGAIN) { return nil }
            if count == -Int(EINTR) { continue }
            guard count >= 0 else { throw SystemError("cannot receive from the group", code: CInt(-count)) }
            let octets = unsafe withUnsafeBytes(of: &datagram.source) { unsafe Array($0) }
            let source: IPAddress? =
                switch datagram.address_length {
                case 4: .v4(IPv4Address(octets[0], octets[1], octets[2], octets[3]))
                case 16: IPv6Address(octets: octets).map { .v6($0) }
                default: nil
                }
            guard let source else { continue }
            return Arrival(count: count, source: source, hopLimit: UInt8(clamping: datagram.hop_limit))
        }
    }
}

// MARK: - Opening

extension MulticastSocket {
    private static func makeReceiver(
        interface: CInt, _ options: Options, _ group: SocketAddressBytes
    ) throws(SystemError) -> FileDescriptor {
        let descriptor = try open(options.group.family, interface: interface)
        // Sessions between two systems, and other programs, may have the port on their own addresses.
        try set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR")
        switch options.group {
        case .v4(let address):
            try set(descriptor, CInt(IPPROTO_IP), IP_RECVTTL, 1, "IP_RECVTTL")
            try set(descriptor, CInt(IPPROTO_IP), IP_MULTICAST_ALL, 0, "IP_MULTICAST_ALL")
            var request = ip_mreqn()
            request.imr_multiaddr.s_addr = address.rawValue.bigEndian
            request.imr_ifindex = interface
            try set(descriptor, CInt(IPPROTO_IP), IP_ADD_MEMBERSHIP, &request, "IP_ADD_MEMBERSHIP")
        case .v6(let address):
            try set(descriptor, CInt(IPPROTO_IPV6), IPV6_V6ONLY, 1, "IPV6_V6ONLY")
            try set(descriptor, CInt(IPPROTO_IPV6), IPV6_RECVHOPLIMIT, 1, "IPV6_RECVHOPLIMIT")
            var request = ipv6_mreq()
            request.ipv6mr_interface = UInt32(bitPattern: interface)
            unsafe withUnsafeMutableBytes(of: &request.ipv6mr_multiaddr) { unsafe $0.copyBytes(from: address.octets) }
            try set(descriptor, CInt(IPPROTO_IPV6), IPV6_JOIN_GROUP, &request, "IPV6_JOIN_GROUP")
        }
        let bound = unsafe group.withUnsafeAddress { unsafe bind(descriptor.rawValue, $0, $1) }
        guard bound == 0 else { throw SystemError("cannot bind to \(options.group) port \(options.port)", code: errno) }
        return descriptor
    }

    private static func makeSender(interface: CInt, _ options: Options) throws(SystemError) -> FileDescriptor {
        let descriptor = try open(options.group.family, interface: interface)
        // It only sends: what somebody sends to its port may take no room.
        try set(descriptor, SOL_SOCKET, SO_RCVBUF, 0, "SO_RCVBUF")
        let unspecified: IPAddress
        switch options.group {
        case .v4:
            unspecified = .v4(.unspecified)
            var request = ip_mreqn()
            request.imr_ifindex = interface
            try set(descriptor, CInt(IPPROTO_IP), IP_MULTICAST_IF, &request, "IP_MULTICAST_IF")
            try set(descriptor, CInt(IPPROTO_IP), IP_MULTICAST_TTL, CInt(options.hopLimit), "IP_MULTICAST_TTL")
            try set(descriptor, CInt(IPPROTO_IP), IP_MULTICAST_LOOP, 0, "IP_MULTICAST_LOOP")
            try set(descriptor, CInt(IPPROTO_IP), IP_TOS, CInt(options.trafficClass), "IP_TOS")
        case .v6:
            unspecified = .v6(.unspecified)
            try set(descriptor, CInt(IPPROTO_IPV6), IPV6_V6ONLY, 1, "IPV6_V6ONLY")
            try set(descriptor, CInt(IPPROTO_IPV6), IPV6_MULTICAST_IF, interface, "IPV6_MULTICAST_IF")
            try set(descriptor, CInt(IPPROTO_IPV6), IPV6_MULTICAST_HOPS, CInt(options.hopLimit), "IPV6_MULTICAST_HOPS")
            try set(descriptor, CInt(IPPROTO_IPV6), IPV6_MULTICAST_LOOP, 0, "IPV6_MULTICAST_LOOP")
            try set(descriptor, CInt(IPPROTO_IPV6), IPV6_TCLASS, CInt(options.trafficClass), "IPV6_TCLASS")
        }
        // With 16,384 ports, that many taken ones in a row are no accident.
        for _ in 0..<64 {
            let address = SocketAddressBytes(unspecified, port: .random(in: options.sourcePorts), scope: 0)
            if unsafe address.withUnsafeAddress({ unsafe bind(descriptor.rawValue, $0, $1) }) == 0 { return descriptor }
            guard errno == EADDRINUSE else { break }
        }
        throw SystemError("cannot bind to a source port", code: errno)
    }

    private static func open(_ family: AddressFamily, interface: CInt) throws(SystemError) -> FileDescriptor {
        let number = socket(
            family == .ipv4 ? AF_INET : AF_INET6,
            CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard number >= 0 else { throw SystemError("cannot open a UDP socket", code: errno) }
        let descriptor = FileDescriptor(owning: number)
        try set(descriptor, SOL_SOCKET, SO_BINDTOIFINDEX, interface, "SO_BINDTOIFINDEX")
        return descriptor
    }

    private static func set(
        _ descriptor: borrowing FileDescriptor, _ level: CInt, _ option: CInt, _ value: CInt, _ name: String
    ) throws(SystemError) {
        var value = value
        try set(descriptor, level, option, &value, name)
    }

    private static func set<Value>(
        _ descriptor: borrowing FileDescriptor, _ level: CInt, _ option: CInt, _ value: inout Value, _ name: String
    ) throws(SystemError) {
        let result = unsafe withUnsafeBytes(of: &value) {
            unsafe setsockopt(descriptor.rawValue, level, option, $0.baseAddress, socklen_t($0.count))
        }
        guard result == 0 else {
            throw SystemError("cannot set \(name)", code: errno)
        }
    }
}

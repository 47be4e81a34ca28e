import Addresses
import CLinux
import Glibc
import SystemIO

/// Sends and receives router solicitations and advertisements on one interface: a raw ICMPv6 socket. The kernel makes and
/// verifies checksums.
///
/// It belongs to the network namespace of the thread that opens it.
package final class RouterSocket {
    private let socket: FileDescriptor
    private let interface: CInt
    private static let solicitation = 133
    private static let advertisement = 134
    /// ICMP6_FILTER of RFC 3542 §3.2.
    private static let filterOption: CInt = 1

    /// - Parameter groups: also what is sent to these is received.
    package init(interface: CInt, groups: [IPv6Address]) throws(SystemError) {
        self.interface = interface
        let level = CInt(IPPROTO_IPV6)
        let number = Glibc.socket(
            AF_INET6, CInt(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), CInt(IPPROTO_ICMPV6))
        guard number >= 0 else { throw SystemError("cannot open a socket for ICMPv6", code: errno) }
        socket = FileDescriptor(owning: number)
        // RFC 3542 §3.2: a bit that is set keeps the type out.
        var filter = [UInt32](repeating: .max, count: 8)
        for type in [RouterSocket.solicitation, RouterSocket.advertisement] {
            filter[type / 32] &= ~(1 << UInt32(type % 32))
        }
        let result = unsafe filter.withUnsafeBytes {
            unsafe setsockopt(
                socket.rawValue, CInt(IPPROTO_ICMPV6), RouterSocket.filterOption, $0.baseAddress, socklen_t($0.count))
        }
        guard result == 0 else { throw SystemError("cannot set ICMP6_FILTER", code: errno) }
        try socket.set(SOL_SOCKET, SO_BINDTOIFINDEX, interface, "SO_BINDTOIFINDEX")
        try socket.set(level, IPV6_RECVHOPLIMIT, 1, "IPV6_RECVHOPLIMIT")
        try socket.set(level, IPV6_MULTICAST_IF, interface, "IPV6_MULTICAST_IF")
        try socket.set(level, IPV6_MULTICAST_HOPS, 255, "IPV6_MULTICAST_HOPS")
        try socket.set(level, IPV6_MULTICAST_LOOP, 0, "IPV6_MULTICAST_LOOP")
        for group in groups {
            var request = ipv6_mreq()
            request.ipv6mr_interface = UInt32(bitPattern: interface)
            unsafe withUnsafeMutableBytes(of: &request.ipv6mr_multiaddr) { unsafe $0.copyBytes(from: group.octets) }
            try socket.set(level, IPV6_JOIN_GROUP, &request, "IPV6_JOIN_GROUP")
        }
    }

    /// Readable when a packet waits.
    package var descriptor: CInt { socket.rawValue }

    /// Sends one packet to a group; never waits.
    package func send(_ octets: [UInt8], to group: IPv6Address) throws(SystemError) {
        try socket.send(octets, to: SocketAddressBytes(.v6(group), port: 0, scope: interface), "\(group)")
    }

    /// Takes the next packet that waits; `nil` if none does. Never waits. What does not fit the buffer is cut off.
    package func receive(into buffer: inout [UInt8]) throws(SystemError) -> Datagram? {
        try socket.receive(into: &buffer)
    }
}

import Addresses
import CLinux
import Glibc
import SystemIO

/// Receives what is sent to one UDP port on any of the host's addresses of a family, but not to groups.
///
/// It belongs to the network namespace of the thread that opens it.
package final class UDPReceiver {
    private let socket: FileDescriptor

    /// - Parameter device: take only what comes in through this device, for example of a VRF.
    /// - Throws: `EADDRINUSE` if another program has the port for itself, `ENODEV` if there is no such device.
    package init(family: AddressFamily, port: UInt16, device: String? = nil) throws(SystemError) {
        socket = try FileDescriptor.forDatagrams(of: family)
        if let device { try socket.bind(toDevice: device) }
        // Others may have the port on addresses, devices and groups of their own.
        try socket.set(SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR")
        // What many peers send while the thread that reads is kept from running has to fit. Beyond the system's limit only
        // with CAP_NET_ADMIN; without it, the limit is what there is.
        var room = CInt(1 << 20)
        if (try? socket.set(SOL_SOCKET, SO_RCVBUFFORCE, &room, "SO_RCVBUFFORCE")) == nil {
            try socket.set(SOL_SOCKET, SO_RCVBUF, room, "SO_RCVBUF")
        }
        let unspecified: IPAddress
        switch family {
        case .ipv4:
            unspecified = .v4(.unspecified)
            try socket.set(CInt(IPPROTO_IP), IP_RECVTTL, 1, "IP_RECVTTL")
            try socket.set(CInt(IPPROTO_IP), IP_PKTINFO, 1, "IP_PKTINFO")
            try socket.set(CInt(IPPROTO_IP), IP_MULTICAST_ALL, 0, "IP_MULTICAST_ALL")
        case .ipv6:
            unspecified = .v6(.unspecified)
            try socket.set(CInt(IPPROTO_IPV6), IPV6_RECVHOPLIMIT, 1, "IPV6_RECVHOPLIMIT")
            try socket.set(CInt(IPPROTO_IPV6), IPV6_RECVPKTINFO, 1, "IPV6_RECVPKTINFO")
            try socket.set(CInt(IPPROTO_IPV6), UDPReceiver.multicastAllIPv6, 0, "IPV6_MULTICAST_ALL")
        }
        guard socket.bind(to: SocketAddressBytes(unspecified, port: port, scope: 0)) else {
            throw SystemError("cannot listen on UDP port \(port) over \(family)", code: errno)
        }
    }

    /// IPV6_MULTICAST_ALL of Linux 4.20, which the C library's headers may not have.
    private static let multicastAllIPv6: CInt = 29

    /// Readable when a datagram waits.
    package var descriptor: CInt { socket.rawValue }

    /// Takes the next datagram that waits; `nil` if none does. Never waits. What does not fit the buffer is cut off.
    package func receive(into buffer: inout [UInt8]) throws(SystemError) -> Datagram? {
        try socket.receive(into: &buffer)
    }
}

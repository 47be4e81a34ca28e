import Addresses
import Glibc
import Interfaces
import NIOCore

// Endpoints as sockets have them.
extension TCPEndpoint {
    /// The endpoint of a socket, without the zone.
    package init?(_ address: SocketAddress?) {
        guard let text = address?.ipAddress, let parsed = try? IPAddress(text) else { return nil }
        self.init(parsed, port: UInt16(clamping: address?.port ?? 0))
    }

    /// The other end of a connection; with the zone, if the address is link-local and the interface is still there.
    package init?(peer address: SocketAddress?) {
        guard let endpoint = TCPEndpoint(address) else { return nil }
        guard endpoint.address.isLinkLocal, endpoint.address.family == .ipv6, let address else {
            self = endpoint
            return
        }
        // Of `sockaddr_in6`, the scope is after the family, the port, the flow and the address.
        let scope = unsafe address.withSockAddr { pointer, length in
            unsafe UnsafeRawBufferPointer(start: pointer, count: length).load(fromByteOffset: 24, as: UInt32.self)
        }
        var name = [CChar](repeating: 0, count: Int(IF_NAMESIZE))
        let isKnown = unsafe if_indextoname(scope, &name) != nil
        let zone = isKnown ? String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self) : nil
        self.init(endpoint.address, zone: zone, port: endpoint.port)
    }

    /// - Throws: ``TCPError/noInterface(_:)`` if there is no interface of the zone's name now.
    package func socketAddress() throws -> SocketAddress {
        guard let zone else {
            return try SocketAddress(packedIPAddress: ByteBuffer(bytes: address.octets), port: Int(port))
        }
        guard unsafe if_nametoindex(zone) > 0 else { throw TCPError.noInterface(zone) }
        // The resolver knows zones. An address in figures is not looked up anywhere.
        return try SocketAddress.makeAddressResolvingHost("\(address)%\(zone)", port: Int(port))
    }
}

import Addresses
import CLinux
import CNIOLinux
import Glibc

/// An address and port as the kernel wants them: a `sockaddr_in` or `sockaddr_in6`.
struct SocketAddressBytes: Sendable {
    private enum Storage {
        case v4(sockaddr_in)
        case v6(sockaddr_in6)
    }

    private let storage: Storage

    /// - Parameter scope: the index of the interface that a link-local IPv6 address belongs to; ignored with IPv4.
    init(_ address: IPAddress, port: UInt16, scope: CInt) {
        switch address {
        case .v4(let address):
            var socketAddress = sockaddr_in()
            socketAddress.sin_family = sa_family_t(AF_INET)
            socketAddress.sin_port = port.bigEndian
            socketAddress.sin_addr.s_addr = address.rawValue.bigEndian
            storage = .v4(socketAddress)
        case .v6(let address):
            var socketAddress = sockaddr_in6()
            socketAddress.sin6_family = sa_family_t(AF_INET6)
            socketAddress.sin6_port = port.bigEndian
            unsafe withUnsafeMutableBytes(of: &socketAddress.sin6_addr) { unsafe $0.copyBytes(from: address.octets) }
            socketAddress.sin6_scope_id = UInt32(bitPattern: scope)
            storage = .v6(socketAddress)
        }
    }

    /// The pointer is valid within `body` only.
    func withUnsafeAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        func call<Address>(_ address: Address) -> Result {
            unsafe withUnsafePointer(to: address) {
                unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe body($0, socklen_t(MemoryLayout<Address>.size))
                }
            }
        }
        return switch storage {
        case .v4(let address): call(address)
        case .v6(let address): call(address)
        }
    }
}

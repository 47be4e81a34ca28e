/// The two families of addresses that Kubernetes and Martlet know.
package enum AddressFamily: String, Hashable, Sendable, CaseIterable, Comparable, CustomStringConvertible {
    case ipv4 = "IPv4"
    case ipv6 = "IPv6"

    /// The number of bits in an address: 32 or 128.
    package var bitWidth: Int {
        switch self {
        case .ipv4: 32
        case .ipv6: 128
        }
    }

    /// The family as Kubernetes spells it: `IPv4` or `IPv6`.
    package var description: String { rawValue }

    package static func < (a: AddressFamily, b: AddressFamily) -> Bool { a.bitWidth < b.bitWidth }
}

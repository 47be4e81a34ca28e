import Addresses

/// An address that the kernel has on an interface.
package struct InterfaceAddress: Hashable, Sendable, Comparable, CustomStringConvertible {
    package var address: IPAddress
    /// The length of the prefix that is on the link.
    package var prefixLength: Int
    /// RFC 4862 §5.4: duplicate address detection has not ended, or found a duplicate: not to be used yet, or ever.
    package var isUsable: Bool

    package init(address: IPAddress, prefixLength: Int, isUsable: Bool = true) {
        self.address = address
        self.prefixLength = prefixLength
        self.isUsable = isUsable
    }

    package var isLinkLocal: Bool {
        switch address {
        case .v4(let address): address.isLinkLocal
        case .v6(let address): address.isLinkLocal
        }
    }

    package var isLoopback: Bool {
        switch address {
        case .v4(let address): address.isLoopback
        case .v6(let address): address.isLoopback
        }
    }

    package var description: String { "\(address)/\(prefixLength)" }

    package static func < (a: InterfaceAddress, b: InterfaceAddress) -> Bool {
        (a.address, a.prefixLength) < (b.address, b.prefixLength)
    }
}

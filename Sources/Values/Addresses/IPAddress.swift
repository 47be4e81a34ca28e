/// An address of either family. Every IPv4 address orders before every IPv6 address.
package enum IPAddress: Hashable, Sendable, Comparable, CustomStringConvertible {
    case v4(IPv4Address)
    case v6(IPv6Address)

    /// Parses an IPv4 or IPv6 address; see ``IPv4Address/init(_:)`` and ``IPv6Address/init(_:)`` for what is refused.
    package init(_ text: String) throws(AddressParseError) {
        guard !text.isEmpty else { throw AddressParseError(text: text, offset: 0, problem: "expected an address") }
        if text.utf8.contains(UInt8(ascii: ":")) {
            self = .v6(try IPv6Address(text))
        } else {
            self = .v4(try IPv4Address(text))
        }
    }

    /// The address of `family` with this number, or `nil` where the family's addresses are not that large.
    package init?(family: AddressFamily, rawValue: UInt128) {
        switch family {
        case .ipv4:
            guard let value = UInt32(exactly: rawValue) else { return nil }
            self = .v4(IPv4Address(rawValue: value))
        case .ipv6:
            self = .v6(IPv6Address(rawValue: rawValue))
        }
    }

    package var family: AddressFamily {
        switch self {
        case .v4: .ipv4
        case .v6: .ipv6
        }
    }

    /// The address as a number; an IPv4 address has 32 significant bits.
    package var rawValue: UInt128 {
        switch self {
        case .v4(let address): UInt128(address.rawValue)
        case .v6(let address): address.rawValue
        }
    }

    /// Four or sixteen octets in network order.
    package var octets: [UInt8] {
        switch self {
        case .v4(let address): address.octets
        case .v6(let address): address.octets
        }
    }

    package var v4: IPv4Address? { if case .v4(let address) = self { address } else { nil } }
    package var v6: IPv6Address? { if case .v6(let address) = self { address } else { nil } }

    /// The address after this one, or `nil` after the family's last.
    package var successor: IPAddress? {
        let (value, overflow) = rawValue.addingReportingOverflow(1)
        return overflow ? nil : IPAddress(family: family, rawValue: value)
    }

    /// The address before this one, or `nil` before the family's first.
    package var predecessor: IPAddress? { rawValue == 0 ? nil : IPAddress(family: family, rawValue: rawValue - 1) }

    package var isLoopback: Bool {
        switch self {
        case .v4(let address): address.isLoopback
        case .v6(let address): address.isLoopback
        }
    }

    package var isMulticast: Bool {
        switch self {
        case .v4(let address): address.isMulticast
        case .v6(let address): address.isMulticast
        }
    }

    package var isLinkLocal: Bool {
        switch self {
        case .v4(let address): address.isLinkLocal
        case .v6(let address): address.isLinkLocal
        }
    }

    package var isUnspecified: Bool { rawValue == 0 }

    /// Canonical text: dotted decimal, or RFC 5952.
    package var description: String {
        switch self {
        case .v4(let address): address.description
        case .v6(let address): address.description
        }
    }

    package static func < (a: IPAddress, b: IPAddress) -> Bool {
        a.family == b.family ? a.rawValue < b.rawValue : a.family < b.family
    }
}

extension IPAddress {
    /// An IPv4-mapped address as the IPv4 address that it is in another spelling (RFC 4291 §2.5.5.2); any other as it is.
    package var unmapped: IPAddress {
        if case .v6(let address) = self, address.isIPv4Mapped { .v4(address.mappedIPv4) } else { self }
    }
}

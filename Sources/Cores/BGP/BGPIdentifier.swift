import Addresses

/// What names a BGP speaker within its autonomous system: four octets, not zero (RFC 6286 §2.1).
package struct BGPIdentifier: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package init(_ address: IPv4Address) { rawValue = address.rawValue }

    /// Written like an IPv4 address, which it need not be.
    package var description: String { IPv4Address(rawValue: rawValue).description }

    package static func < (a: BGPIdentifier, b: BGPIdentifier) -> Bool { a.rawValue < b.rawValue }
}

/// An extended community: RFC 4360.
package struct ExtendedCommunity: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// The link bandwidth community: how much traffic a route should attract beside its equals.
    ///
    /// draft-ietf-idr-link-bandwidth §2: type 0x40 (two-octet AS, not transitive), subtype 0x04, then the AS number in
    /// two octets and the bandwidth, an IEEE 754 single, in octets a second.
    package static func linkBandwidth(_ octetsPerSecond: Float, asn: ASN) -> ExtendedCommunity {
        ExtendedCommunity(rawValue: 0x4004 << 48 | UInt64(asn.twoOctets) << 32 | UInt64(octetsPerSecond.bitPattern))
    }

    /// RFC 4360 §2: the second-highest bit says that the community stays within the autonomous system's neighbours.
    package var isTransitive: Bool { rawValue >> 62 & 1 == 0 }

    /// Sixteen hexadecimal digits.
    package var description: String {
        let digits = String(rawValue, radix: 16)
        return "0x" + String(repeating: "0", count: 16 - digits.count) + digits
    }

    package static func < (a: ExtendedCommunity, b: ExtendedCommunity) -> Bool { a.rawValue < b.rawValue }
}

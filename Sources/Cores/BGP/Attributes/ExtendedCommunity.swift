/// An extended community: RFC 4360.
package struct ExtendedCommunity: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// The link bandwidth community: how much traffic a route should attract beside its equals.
    ///
    /// draft-ietf-idr-link-bandwidth §2: type 0x40 (two-octet AS, not transitive) or 0x00 (transitive), subtype 0x04, then
    /// the AS number in two octets and the bandwidth, an IEEE 754 single, in octets a second.
    package static func linkBandwidth(
        _ octetsPerSecond: Float, asn: ASN, isTransitive: Bool = false
    ) -> ExtendedCommunity {
        let type: UInt64 = isTransitive ? 0x0004 : 0x4004
        return ExtendedCommunity(
            rawValue: type << 48 | UInt64(asn.twoOctets) << 32 | UInt64(octetsPerSecond.bitPattern))
    }

    /// The octets a second of a link bandwidth community of either kind; `nil` for every other community.
    package var linkBandwidth: Float? {
        guard rawValue >> 48 | 0x4000 == 0x4004 else { return nil }
        return Float(bitPattern: UInt32(truncatingIfNeeded: rawValue))
    }

    /// RFC 4360 §2: the second-highest bit says that the community stays within the autonomous system's neighbors.
    package var isTransitive: Bool { rawValue >> 62 & 1 == 0 }

    /// Sixteen hexadecimal digits.
    package var description: String {
        let digits = String(rawValue, radix: 16)
        return "0x" + String(repeating: "0", count: 16 - digits.count) + digits
    }

    package static func < (a: ExtendedCommunity, b: ExtendedCommunity) -> Bool { a.rawValue < b.rawValue }
}

/// The number of an autonomous system: four octets (RFC 6793).
package struct ASN: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let rawValue: UInt32

    package init(_ rawValue: UInt32) { self.rawValue = rawValue }

    /// RFC 6793 §9: replaces, in two octets, a number that does not fit them.
    package static let transition = ASN(23456)

    /// The number in two octets; RFC 6793 §4.2.2: ``transition`` where it does not fit.
    package var twoOctets: UInt16 { UInt16(exactly: rawValue) ?? 23456 }

    package var fitsTwoOctets: Bool { rawValue <= 0xFFFF }

    /// RFC 5396 §2: asplain.
    package var description: String { String(rawValue) }

    package static func < (a: ASN, b: ASN) -> Bool { a.rawValue < b.rawValue }
}

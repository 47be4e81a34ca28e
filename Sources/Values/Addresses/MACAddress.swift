/// A 48-bit IEEE 802 MAC address.
package struct MACAddress: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The address as a number of 48 bits, first octet most significant.
    package let rawValue: UInt64

    /// `nil` if the number has more than 48 bits.
    package init?(rawValue: UInt64) {
        guard rawValue >> 48 == 0 else { return nil }
        self.rawValue = rawValue
    }

    /// The address of the number's low 48 bits.
    package init(truncatingIfNeeded number: UInt64) { rawValue = number & 0xFFFF_FFFF_FFFF }

    package init(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8, _ e: UInt8, _ f: UInt8) {
        rawValue = [a, b, c, d, e, f].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Parses six pairs of hexadecimal digits, separated by colons or, throughout, by dashes.
    package init(_ text: String) throws(AddressParseError) {
        let bytes = Array(text.utf8)
        func failure(_ offset: Int, _ problem: String) -> AddressParseError {
            AddressParseError(text: text, offset: offset, problem: problem)
        }
        let separator = bytes.count > 2 && bytes[2] == UInt8(ascii: "-") ? UInt8(ascii: "-") : UInt8(ascii: ":")
        var value: UInt64 = 0
        for octet in 0..<6 {
            let start = octet * 3
            if octet > 0 {
                guard start - 1 < bytes.count, bytes[start - 1] == separator else {
                    throw failure(
                        start - 1, "expected \(Character(UnicodeScalar(separator))): a MAC address has six octets")
                }
            }
            guard start + 1 < bytes.count, let high = bytes[start].hexadecimalDigit,
                let low = bytes[start + 1].hexadecimalDigit
            else { throw failure(min(start, bytes.count), "expected two hexadecimal digits") }
            value = value << 8 | UInt64(high << 4 | low)
        }
        guard bytes.count == 17 else { throw failure(17, "unexpected text after a MAC address") }
        rawValue = value
    }

    /// The address from six octets.
    package init?(octets: some Collection<UInt8>) {
        guard octets.count == 6 else { return nil }
        rawValue = octets.reduce(0) { $0 << 8 | UInt64($1) }
    }

    package var octets: [UInt8] { (0..<6).map { UInt8(truncatingIfNeeded: rawValue >> UInt64(8 * (5 - $0))) } }

    package static let broadcast = MACAddress(0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF)
    package static let zero = MACAddress(0, 0, 0, 0, 0, 0)

    /// IEEE 802: the group bit of the first octet.
    package var isMulticast: Bool { rawValue >> 40 & 1 == 1 }

    /// RFC 2464 §7: 33:33 and the low 32 bits of an IPv6 multicast address.
    package init(multicast address: IPv6Address) {
        rawValue = 0x3333 << 32 | UInt64(truncatingIfNeeded: address.rawValue & 0xFFFF_FFFF)
    }

    /// RFC 1112 §6.4: 01:00:5e and the low 23 bits of an IPv4 multicast address.
    package init(multicast address: IPv4Address) {
        rawValue = 0x01_005E << 24 | UInt64(address.rawValue & 0x7F_FFFF)
    }

    /// Lower-case pairs joined by colons.
    package var description: String {
        octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
    }

    package static func < (a: MACAddress, b: MACAddress) -> Bool { a.rawValue < b.rawValue }
}

/// An IPv4 address (RFC 791).
package struct IPv4Address: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The address as a number, first octet most significant.
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package init(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) {
        rawValue = UInt32(a) << 24 | UInt32(b) << 16 | UInt32(c) << 8 | UInt32(d)
    }

    /// Parses dotted decimal.
    ///
    /// Strict: four decimal octets and nothing else. Not `192.0.2` (too few), `192.0.2.08` (a leading zero, which some
    /// programs read as octal), `0xC0.0.2.1`, ` 192.0.2.1` (space), `192.0.2.1/32` (a prefix).
    package init(_ text: String) throws(AddressParseError) {
        let bytes = Array(text.utf8)
        func failure(_ offset: Int, _ problem: String) -> AddressParseError {
            AddressParseError(text: text, offset: offset, problem: problem)
        }
        var value: UInt32 = 0
        var position = 0
        for octet in 0..<4 {
            if octet > 0 {
                guard position < bytes.count, bytes[position] == UInt8(ascii: ".") else {
                    throw failure(position, "expected a dot: an IPv4 address has four octets")
                }
                position += 1
            }
            let start = position
            var number = 0
            while position < bytes.count, let digit = bytes[position].decimalDigit, position - start < 4 {
                number = number * 10 + digit
                position += 1
            }
            guard position > start else { throw failure(start, "expected a decimal octet (0 to 255)") }
            guard number <= 255 else { throw failure(start, "\(number) is more than 255") }
            guard position - start == 1 || bytes[start] != UInt8(ascii: "0") else {
                throw failure(start, "an octet must not have leading zeros")
            }
            value = value << 8 | UInt32(number)
        }
        guard position == bytes.count else { throw failure(position, "unexpected text after an IPv4 address") }
        rawValue = value
    }

    /// The four octets in network order.
    package var octets: [UInt8] {
        [
            UInt8(truncatingIfNeeded: rawValue >> 24), UInt8(truncatingIfNeeded: rawValue >> 16),
            UInt8(truncatingIfNeeded: rawValue >> 8), UInt8(truncatingIfNeeded: rawValue),
        ]
    }

    package var description: String {
        "\(rawValue >> 24).\(rawValue >> 16 & 0xFF).\(rawValue >> 8 & 0xFF).\(rawValue & 0xFF)"
    }

    package static let unspecified = IPv4Address(rawValue: 0)

    /// RFC 919 §7: the limited broadcast address, 255.255.255.255.
    package static let broadcast = IPv4Address(rawValue: .max)

    /// RFC 1122 §3.2.1.3 (g): 127.0.0.0/8.
    package var isLoopback: Bool { rawValue >> 24 == 127 }
    /// RFC 1112 §4: 224.0.0.0/4.
    package var isMulticast: Bool { rawValue >> 28 == 0xE }
    /// RFC 3927 §2.1: 169.254.0.0/16.
    package var isLinkLocal: Bool { rawValue >> 16 == 0xA9FE }

    package static func < (a: IPv4Address, b: IPv4Address) -> Bool { a.rawValue < b.rawValue }
}

extension UInt8 {
    /// The value of an ASCII decimal digit.
    var decimalDigit: Int? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(self - UInt8(ascii: "0"))
        default: nil
        }
    }

    /// The value of an ASCII hexadecimal digit of either case.
    var hexadecimalDigit: Int? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(self - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(self - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): Int(self - UInt8(ascii: "A")) + 10
        default: nil
        }
    }
}

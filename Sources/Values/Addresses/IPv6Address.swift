/// An IPv6 address (RFC 4291), without a zone.
package struct IPv6Address: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The address as a number, first octet most significant.
    package let rawValue: UInt128

    package init(rawValue: UInt128) { self.rawValue = rawValue }

    /// Parses the text forms of RFC 4291 §2.2: eight groups, `::` once for one or more zero groups, and an IPv4 address
    /// in place of the last two groups.
    ///
    /// Strict: not `1:2:3`, `1::2::3`, `12345::`, `::1%eth0` (a zone), `[::1]`, `::1/128`.
    package init(_ text: String) throws(AddressParseError) {
        let bytes = Array(text.utf8)
        func failure(_ offset: Int, _ problem: String) -> AddressParseError {
            AddressParseError(text: text, offset: offset, problem: problem)
        }
        let colon = UInt8(ascii: ":")
        var groups: [UInt16] = []
        var gap: Int?
        var position = 0
        if bytes.first == colon {
            guard bytes.count > 1, bytes[1] == colon else {
                throw failure(0, "an address must not start with a single colon")
            }
            gap = 0
            position = 2
        }
        while position < bytes.count {
            let start = position
            var number = 0
            while position < bytes.count, let digit = bytes[position].hexadecimalDigit, position - start < 5 {
                number = number << 4 | digit
                position += 1
            }
            if position < bytes.count, bytes[position] == UInt8(ascii: "."), position > start {
                let tail = String(decoding: bytes[start...], as: UTF8.self)
                guard groups.count <= 6 else { throw failure(start, "no room for an IPv4 address after six groups") }
                do {
                    let embedded = try IPv4Address(tail)
                    groups.append(UInt16(embedded.rawValue >> 16))
                    groups.append(UInt16(embedded.rawValue & 0xFFFF))
                } catch { throw error.moved(by: start, in: text) }
                position = bytes.count
                break
            }
            guard position > start else { throw failure(start, "expected a group of one to four hexadecimal digits") }
            guard position - start <= 4 else { throw failure(start, "a group has at most four hexadecimal digits") }
            guard groups.count < 8 else { throw failure(start, "more than eight groups") }
            groups.append(UInt16(number))
            if position == bytes.count { break }
            guard bytes[position] == colon else { throw failure(position, "unexpected character in an IPv6 address") }
            position += 1
            if position < bytes.count, bytes[position] == colon {
                guard gap == nil else { throw failure(position - 1, "\"::\" may appear only once") }
                gap = groups.count
                position += 1
            } else if position == bytes.count {
                throw failure(position - 1, "an address must not end with a single colon")
            }
        }
        if let gap {
            // RFC 4291 §2.2: "::" stands for one or more groups of zeros.
            guard groups.count < 8 else {
                throw failure(0, "\"::\" stands for one or more groups, but all eight are given")
            }
            groups.insert(contentsOf: [UInt16](repeating: 0, count: 8 - groups.count), at: gap)
        }
        guard groups.count == 8 else {
            throw failure(bytes.count, "an IPv6 address has eight groups, found \(groups.count)")
        }
        rawValue = groups.reduce(0) { $0 << 16 | UInt128($1) }
    }

    /// The address from 16 octets in network order.
    package init?(octets: some Collection<UInt8>) {
        guard octets.count == 16 else { return nil }
        rawValue = octets.reduce(0) { $0 << 8 | UInt128($1) }
    }

    /// The sixteen octets in network order.
    package var octets: [UInt8] { (0..<16).map { UInt8(truncatingIfNeeded: rawValue >> UInt128(8 * (15 - $0))) } }

    var groups: [UInt16] { (0..<8).map { UInt16(truncatingIfNeeded: rawValue >> UInt128(16 * (7 - $0))) } }

    /// The canonical text of RFC 5952 §4: lower case, no leading zeros, the first longest run of two or more zero groups
    /// as `::`; RFC 5952 §5: IPv4-mapped addresses in mixed notation.
    package var description: String {
        if rawValue >> 32 == 0xFFFF { return "::ffff:\(IPv4Address(rawValue: UInt32(truncatingIfNeeded: rawValue)))" }
        let groups = groups
        var run = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8, groups[end] == 0 { end += 1 }
            if end - start > max(run.count, 1) { run = start..<end }
            start = max(end, start + 1)
        }
        func text(_ slice: ArraySlice<UInt16>) -> String {
            slice.map { String($0, radix: 16) }.joined(separator: ":")
        }
        guard !run.isEmpty else { return text(groups[...]) }
        return text(groups[..<run.lowerBound]) + "::" + text(groups[run.upperBound...])
    }

    package static let unspecified = IPv6Address(rawValue: 0)
    /// RFC 4291 §2.7.1: ff02::1.
    package static let allNodes = IPv6Address(rawValue: 0xFF02 << 112 | 1)
    /// RFC 4291 §2.7.1: ff02::2.
    package static let allRouters = IPv6Address(rawValue: 0xFF02 << 112 | 2)

    /// RFC 4291 §2.5.3: ::1.
    package var isLoopback: Bool { rawValue == 1 }
    /// RFC 4291 §2.7: ff00::/8.
    package var isMulticast: Bool { rawValue >> 120 == 0xFF }
    /// RFC 4291 §2.5.6: fe80::/10.
    package var isLinkLocal: Bool { rawValue >> 118 == 0x3FA }

    /// RFC 4291 §2.7.1: ff02::1:ff00:0/104 and the low 24 bits of this address.
    package var solicitedNodeMulticast: IPv6Address {
        IPv6Address(rawValue: 0xFF02 << 112 | 0x1_FF00_0000 | rawValue & 0xFF_FFFF)
    }

    package static func < (a: IPv6Address, b: IPv6Address) -> Bool { a.rawValue < b.rawValue }
}

extension IPv6Address {
    /// RFC 4291 §2.5.5.2: ::ffff:0:0/96.
    package var isIPv4Mapped: Bool { rawValue >> 32 == 0xFFFF }

    /// The IPv4 address in the low 32 bits.
    package var mappedIPv4: IPv4Address { IPv4Address(rawValue: UInt32(truncatingIfNeeded: rawValue)) }
}

/// The addresses of one family from `lower` to `upper`, both included. Never empty.
package struct IPRange: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let lower: IPAddress
    package let upper: IPAddress

    /// `nil` if the bounds are of two families, or in the wrong order.
    package init?(_ lower: IPAddress, _ upper: IPAddress) {
        guard lower.family == upper.family, lower <= upper else { return nil }
        self.lower = lower
        self.upper = upper
    }

    package init(_ address: IPAddress) {
        lower = address
        upper = address
    }

    init(prefix: IPPrefix) {
        lower = prefix.address
        let last = prefix.address.rawValue | IPPrefix.hostMask(length: prefix.length, in: prefix.family)
        upper = IPAddress(family: prefix.family, rawValue: last) ?? prefix.address
    }

    /// Parses `LOWER-UPPER`; white space around either address is allowed, as in Go's `strings.TrimSpace`.
    package init(_ text: String) throws(AddressParseError) {
        guard let dash = text.utf8.firstIndex(of: UInt8(ascii: "-")) else {
            throw AddressParseError(text: text, offset: text.utf8.count, problem: "expected a dash and a last address")
        }
        func bound(_ part: Substring) throws(AddressParseError) -> IPAddress {
            let scalars = part.unicodeScalars
            let first = scalars.firstIndex { !$0.properties.isWhitespace } ?? part.endIndex
            let start = text.utf8.distance(from: text.startIndex, to: first)
            do { return try IPAddress(part.trimmed) } catch { throw error.moved(by: start, in: text) }
        }
        let lower = try bound(text[..<dash])
        let upper = try bound(text[text.utf8.index(after: dash)...])
        let start = text.utf8.distance(from: text.startIndex, to: dash) + 1
        guard lower.family == upper.family else {
            throw AddressParseError(
                text: text, offset: start,
                problem: "the range begins with an \(lower.family) address and ends with an \(upper.family) address")
        }
        guard let range = IPRange(lower, upper) else {
            throw AddressParseError(text: text, offset: start, problem: "the range ends before it begins")
        }
        self = range
    }

    package var family: AddressFamily { lower.family }

    /// The number of addresses less one, which always fits: `::-ffff:…:ffff` holds 2^128 addresses.
    package var countLessOne: UInt128 { upper.rawValue - lower.rawValue }

    /// The number of addresses, or `nil` for the range of all IPv6 addresses, whose count does not fit 128 bits.
    package var count: UInt128? {
        let (count, overflow) = countLessOne.addingReportingOverflow(1)
        return overflow ? nil : count
    }

    package func contains(_ address: IPAddress) -> Bool {
        address.family == family && lower <= address && address <= upper
    }

    package func contains(_ other: IPRange) -> Bool { contains(other.lower) && contains(other.upper) }

    package func overlaps(_ other: IPRange) -> Bool {
        family == other.family && lower <= other.upper && other.lower <= upper
    }

    /// The addresses in both ranges.
    package func intersection(_ other: IPRange) -> IPRange? {
        overlaps(other) ? IPRange(max(lower, other.lower), min(upper, other.upper)) : nil
    }

    /// The address at this distance from ``lower``, or `nil` beyond ``upper``.
    package func address(at offset: UInt128) -> IPAddress? {
        offset <= countLessOne ? IPAddress(family: family, rawValue: lower.rawValue + offset) : nil
    }

    /// The fewest prefixes that together hold exactly these addresses, in order.
    package var prefixes: [IPPrefix] {
        let width = family.bitWidth
        var result: [IPPrefix] = []
        var next = lower.rawValue
        let last = upper.rawValue
        while true {
            // The largest block that begins here is limited by the alignment of its start and by what is left.
            var hostBits = min(next.trailingZeroBitCount, width)
            while hostBits > 0, !IPRange.block(at: next, hostBits: hostBits, endsBy: last) { hostBits -= 1 }
            guard let address = IPAddress(family: family, rawValue: next),
                let prefix = IPPrefix(containing: address, length: width - hostBits)
            else { return result }
            result.append(prefix)
            let end = prefix.range.upper.rawValue
            if end >= last { return result }
            next = end + 1
        }
    }

    private static func block(at start: UInt128, hostBits: Int, endsBy last: UInt128) -> Bool {
        let mask: UInt128 = hostBits >= 128 ? .max : (1 << UInt128(hostBits)) - 1
        return mask <= last - start
    }

    package var description: String { lower == upper ? lower.description : "\(lower)-\(upper)" }

    package static func < (a: IPRange, b: IPRange) -> Bool {
        a.lower == b.lower ? a.upper < b.upper : a.lower < b.lower
    }
}

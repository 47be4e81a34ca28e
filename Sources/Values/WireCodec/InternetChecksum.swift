/// The checksum of IPv4, ICMP, ICMPv6, UDP and TCP: RFC 1071.
package struct InternetChecksum: Hashable, Sendable {
    /// RFC 1071 §2 (C): "Parallel Summation": of words of any width that is a multiple of 16 bits; folded at the end.
    private var sum: UInt64 = 0

    package init() {}

    package mutating func add(_ word: UInt32) { sum += UInt64(word) }

    /// Adds octets as 16-bit words; RFC 1071 §4.1: an odd octet at the end is the high half of a word.
    package mutating func add(_ bytes: Span<UInt8>) {
        var index = 0
        while index + 1 < bytes.count {
            sum += UInt64(bytes[index]) << 8 | UInt64(bytes[index + 1])
            index += 2
        }
        if index < bytes.count { sum += UInt64(bytes[index]) << 8 }
    }

    /// What to write into the checksum field; over octets that hold a right checksum, zero.
    package var value: UInt16 {
        var folded = sum
        // RFC 1071 §2 (2): the carry is added back.
        while folded >> 16 != 0 { folded = folded & 0xFFFF + folded >> 16 }
        return ~UInt16(truncatingIfNeeded: folded)
    }
}

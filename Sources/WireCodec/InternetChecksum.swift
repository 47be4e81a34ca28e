/// The checksum of IPv4, ICMP, ICMPv6, UDP and TCP: RFC 1071.
package struct InternetChecksum: Hashable, Sendable {
    private var sum: UInt32 = 0

    package init() {}

    package mutating func add(_ word: UInt16) {
        sum += UInt32(word)
        // RFC 1071 §2 (2): the carry is added back.
        sum = sum & 0xFFFF + sum >> 16
    }

    /// Adds octets as 16-bit words; RFC 1071 §4.1: an odd octet at the end is the high half of a word.
    package mutating func add(_ bytes: Span<UInt8>) {
        var index = 0
        while index + 1 < bytes.count {
            add(UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1]))
            index += 2
        }
        if index < bytes.count { add(UInt16(bytes[index]) << 8) }
    }

    /// What to write into the checksum field; over octets that hold a right checksum, zero.
    package var value: UInt16 { ~UInt16(truncatingIfNeeded: sum) }
}

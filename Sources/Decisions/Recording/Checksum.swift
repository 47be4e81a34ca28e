/// Whether octets are what was written, and texts what was decided. Neither protects from a forger.
package enum Checksum {
    /// CRC-32 of IEEE 802.3, as zlib has it.
    package static func crc32(_ octets: some Sequence<UInt8>) -> UInt32 {
        ~octets.reduce(UInt32.max) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ ($0 >> 8) }
    }

    private static let table: [UInt32] = (0..<256).map { number in
        (0..<8).reduce(UInt32(number)) { value, _ in value & 1 == 0 ? value >> 1 : 0xEDB8_8320 ^ (value >> 1) }
    }

    /// FNV-1a of 64 bits over all lines, as sixteen hexadecimal digits.
    package static func digest(of lines: [String]) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for line in lines {
            for octet in line.utf8 { hash = (hash ^ UInt64(octet)) &* 0x100_0000_01B3 }
            hash = (hash ^ 0x0A) &* 0x100_0000_01B3
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

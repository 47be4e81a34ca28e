import Testing
import WireCodec

@Suite struct InternetChecksumTests {
    /// Octets, and the complement of the sum that RFC 1071 gives for them.
    static let vectors: [([UInt8], UInt16)] = [
        ([], 0xFFFF),
        // RFC 1071 §3: the sum is ddf2.
        ([0x00, 0x01, 0xF2, 0x03, 0xF4, 0xF5, 0xF6, 0xF7], ~0xDDF2),
        // An odd octet is the high half of a word.
        ([0x12], ~0x1200),
        ([0xFF, 0xFF, 0x00, 0x01], ~0x0001),
        ([UInt8](repeating: 0xFF, count: 65_536), 0),
    ]

    @Test("The checksum is that of RFC 1071", arguments: vectors)
    func vector(bytes: [UInt8], expected: UInt16) {
        var checksum = InternetChecksum()
        checksum.add(bytes.span)
        #expect(checksum.value == expected)
    }

    @Test("A word of 32 bits counts as its octets do", arguments: [0, 0xFFFF, 0x1_0000, 0xDEAD_BEEF, UInt32.max])
    func word(word: UInt32) {
        var checksum = InternetChecksum()
        checksum.add(word)
        var octets = InternetChecksum()
        let bytes = (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * UInt32($0))) }
        octets.add(bytes.span)
        #expect(checksum.value == octets.value)
    }
}

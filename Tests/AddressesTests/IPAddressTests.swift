import Addresses
import TestSupport
import Testing

@Suite struct IPAddressTests {
    /// Text, and its canonical form.
    static let valid: [(String, String)] = [
        ("192.0.2.1", "192.0.2.1"),
        ("0.0.0.0", "0.0.0.0"),
        ("255.255.255.255", "255.255.255.255"),
        ("::", "::"),
        ("::1", "::1"),
        ("1::", "1::"),
        // RFC 5952 §4.1: no leading zeros.
        ("2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"),
        // RFC 5952 §4.2.2: one zero group is not shortened.
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        // RFC 5952 §4.2.3: the longest run; of two equal ones the first.
        ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        // RFC 5952 §4.3: lower case.
        ("2001:DB8::A", "2001:db8::a"),
        // RFC 5952 §5: mixed notation where the prefix says that it is IPv4.
        ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
        ("::ffff:c000:201", "::ffff:192.0.2.1"),
        ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
        ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
        ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
        ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ("fe80::1", "fe80::1"),
    ]

    @Test("A valid address prints in canonical form, which parses to the same address", arguments: valid)
    func validAddress(text: String, canonical: String) throws {
        let address = try IPAddress(text)
        #expect(address.description == canonical)
        #expect(try IPAddress(canonical) == address)
        #expect(IPAddress(family: address.family, rawValue: address.rawValue) == address)
    }

    /// Text, the offset that the error names, and a word of its message.
    static let invalid: [(String, Int, String)] = [
        ("", 0, "expected an address"),
        ("192.0.2", 7, "four octets"),
        ("192.0.2.", 8, "decimal octet"),
        ("192.0.2.256", 8, "256 is more than 255"),
        ("192.0.2.1000", 8, "1000 is more than 255"),
        ("192.0.2.10000", 8, "more than 255"),
        ("192.0.2.01", 8, "leading zeros"),
        ("192.0.2.1.1", 9, "unexpected text"),
        ("192.0.2.1/24", 9, "unexpected text"),
        (" 192.0.2.1", 0, "decimal octet"),
        ("0xC0.0.2.1", 1, "dot"),
        ("192.0.2.-1", 8, "decimal octet"),
        ("１92.0.2.1", 0, "decimal octet"),
        ("1:2:3", 5, "eight groups, found 3"),
        ("1:2:3:4:5:6:7:8:9", 16, "more than eight groups"),
        ("1::2::3", 4, "only once"),
        (":::", 2, "hexadecimal"),
        (":1", 0, "single colon"),
        ("1:", 1, "single colon"),
        ("12345::", 0, "four hexadecimal digits"),
        ("::g", 2, "hexadecimal"),
        ("::1%eth0", 3, "unexpected character"),
        ("[::1]", 0, "hexadecimal"),
        ("::1/128", 3, "unexpected character"),
        ("1:2:3:4:5:6:7:1.2.3.4", 14, "no room"),
        ("::1.2.3.256", 8, "more than 255"),
        ("::1.2.3.4:5", 9, "unexpected text"),
        ("1:2:3:4::5:6:7:8", 0, "one or more groups"),
        ("::.1.2.3", 2, "hexadecimal"),
    ]

    @Test("An invalid address is rejected, naming the place and the problem", arguments: invalid)
    func invalidAddress(text: String, offset: Int, word: String) {
        let error = #expect(throws: AddressParseError.self) { try IPAddress(text) }
        #expect(error?.offset == offset)
        #expect(error?.text == text)
        #expect(error?.problem.contains(word) == true, "\(String(describing: error))")
    }

    @Test("Every IPv4 address orders before every IPv6 address, and numbers order each family")
    func order() throws {
        let sorted = try ["0.0.0.0", "9.0.0.0", "10.0.0.0", "255.255.255.255", "::", "::2", "::10", "ff02::1"].map {
            try IPAddress($0)
        }
        #expect(sorted.reversed().sorted() == sorted)
    }

    @Test("The ends of a family have no neighbour beyond") func neighbours() throws {
        let last4 = try IPAddress("255.255.255.255")
        let last6 = try IPAddress("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")
        #expect(last4.successor == nil)
        #expect(last6.successor == nil)
        #expect(try IPAddress("0.0.0.0").predecessor == nil)
        #expect(try IPAddress("::").predecessor == nil)
        #expect(try IPAddress("10.0.0.255").successor == IPAddress("10.0.1.0"))
        #expect(try IPAddress("2001:db8::1:0").predecessor == IPAddress("2001:db8::ffff"))
        #expect(IPAddress(family: .ipv4, rawValue: 1 << 32) == nil)
    }

    @Test("Octets are in network order and make the same address again", arguments: valid)
    func octets(text: String, canonical: String) throws {
        let address = try IPAddress(text)
        #expect(address.octets.count == address.family.bitWidth / 8)
        if let v6 = address.v6 { #expect(IPv6Address(octets: address.octets) == v6) }
        if let v4 = address.v4 {
            let octets = v4.octets
            #expect(IPv4Address(octets[0], octets[1], octets[2], octets[3]) == v4)
        }
    }

    @Test("Kinds of addresses are told by their RFCs' prefixes") func kinds() throws {
        #expect(try IPAddress("127.0.0.1").isLoopback)
        #expect(try IPAddress("::1").isLoopback)
        #expect(try !IPAddress("128.0.0.1").isLoopback)
        #expect(try IPAddress("224.0.0.1").isMulticast)
        #expect(try IPAddress("239.255.255.255").isMulticast)
        #expect(try !IPAddress("240.0.0.1").isMulticast)
        #expect(try IPAddress("ff02::1").isMulticast)
        #expect(try IPAddress("169.254.1.1").isLinkLocal)
        #expect(try IPAddress("fe80::1").isLinkLocal)
        #expect(try IPAddress("febf::1").isLinkLocal)
        #expect(try !IPAddress("fec0::1").isLinkLocal)
        #expect(try IPv6Address("2001:db8::12:3456:789a").solicitedNodeMulticast == IPv6Address("ff02::1:ff56:789a"))
    }

    @Test("Random addresses survive printing and parsing", arguments: [UInt64(1), 20_261_123])
    func roundTrip(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<20_000 {
            // Masking with a random number makes runs of zero groups common.
            let bits = UInt128.random(in: 0...UInt128.max, using: &generator)
            var mask: UInt128 = 0
            for _ in 0..<8 { mask = mask << 16 | (Bool.random(using: &generator) ? 0xFFFF : 0) }
            let v6 = IPv6Address(rawValue: bits & mask)
            #expect(try IPv6Address(v6.description) == v6, "seed \(seed)")
            let v4 = IPv4Address(rawValue: UInt32(truncatingIfNeeded: bits))
            #expect(try IPv4Address(v4.description) == v4, "seed \(seed)")
        }
    }

    @Test("Random text never crashes the parser, and what it accepts prints and parses again", arguments: [UInt64(7)])
    func fuzz(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let alphabet = Array("0123456789abcdefF:.:.::/-% g")
        for _ in 0..<100_000 {
            let text = String(
                (0..<Int.random(in: 0...24, using: &generator)).map { _ in
                    alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
                })
            if let address = try? IPAddress(text) { #expect(try IPAddress(address.description) == address) }
            if let prefix = try? IPPrefix(text) { #expect(try IPPrefix(prefix.description) == prefix) }
            if let range = try? IPRange(text) { #expect(range.lower <= range.upper) }
            _ = try? MACAddress(text)
        }
    }
}

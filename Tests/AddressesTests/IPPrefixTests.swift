import Addresses
import Testing

@Suite struct IPPrefixTests {
    static let valid: [(String, String, String)] = [
        ("192.0.2.0/24", "192.0.2.0/24", "192.0.2.255"),
        ("192.0.2.77/24", "192.0.2.0/24", "192.0.2.255"),
        ("192.0.2.77/32", "192.0.2.77/32", "192.0.2.77"),
        ("1.2.3.4/0", "0.0.0.0/0", "255.255.255.255"),
        ("2001:db8::5/64", "2001:db8::/64", "2001:db8::ffff:ffff:ffff:ffff"),
        ("2001:db8::5/128", "2001:db8::5/128", "2001:db8::5"),
        ("::/0", "::/0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("2001:db8::ffff/127", "2001:db8::fffe/127", "2001:db8::ffff"),
    ]

    @Test("A prefix clears its host bits and knows its last address", arguments: valid)
    func validPrefix(text: String, canonical: String, last: String) throws {
        let prefix = try IPPrefix(text)
        #expect(prefix.description == canonical)
        #expect(try prefix.range.upper == IPAddress(last))
        #expect(prefix.contains(prefix.range.upper))
        #expect(prefix.range.upper.successor.map(prefix.contains) != true)
        #expect(prefix.address.predecessor.map(prefix.contains) != true)
    }

    static let invalid: [(String, Int, String)] = [
        ("192.0.2.0", 9, "slash"),
        ("192.0.2.0/", 10, "from 0 to 32"),
        ("192.0.2.0/33", 10, "33 is more than 32"),
        ("192.0.2.0/024", 10, "leading zeros"),
        ("192.0.2.0/255.255.255.0", 10, "from 0 to 32"),
        ("192.0.2.0/-1", 10, "from 0 to 32"),
        ("2001:db8::/129", 11, "129 is more than 128"),
        ("2001:db8::/1280", 11, "from 0 to 128"),
        ("300.0.2.0/24", 0, "more than 255"),
        ("/24", 0, "expected an address"),
        ("192.0.2.0/24/24", 10, "from 0 to 32"),
    ]

    @Test("An invalid prefix is rejected, naming the place and the problem", arguments: invalid)
    func invalidPrefix(text: String, offset: Int, word: String) {
        let error = #expect(throws: AddressParseError.self) { try IPPrefix(text) }
        #expect(error?.offset == offset)
        #expect(error?.problem.contains(word) == true, "\(String(describing: error))")
    }

    @Test("Containment never crosses families") func containment() throws {
        let prefix = try IPPrefix("10.0.0.0/8")
        #expect(try prefix.contains(IPAddress("10.255.255.255")))
        #expect(try !prefix.contains(IPAddress("11.0.0.0")))
        #expect(try !prefix.contains(IPAddress("::a00:1")))
        #expect(try prefix.contains(IPPrefix("10.1.0.0/16")))
        #expect(try !prefix.contains(IPPrefix("0.0.0.0/0")))
        #expect(try !IPPrefix("::/0").contains(IPAddress("10.0.0.1")))
    }

    @Test("A length beyond the family's is rejected") func impossibleLength() throws {
        #expect(try IPPrefix(containing: IPAddress("10.0.0.1"), length: 33) == nil)
        #expect(try IPPrefix(containing: IPAddress("10.0.0.1"), length: -1) == nil)
        #expect(try IPPrefix(host: IPAddress("10.0.0.1")).length == 32)
    }
}

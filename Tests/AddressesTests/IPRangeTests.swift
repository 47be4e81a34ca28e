import Addresses
import TestSupport
import Testing

@Suite struct IPRangeTests {
    static let invalid: [(String, Int, String)] = [
        ("10.0.0.1", 8, "dash"),
        ("10.0.0.2-10.0.0.1", 9, "ends before it begins"),
        ("10.0.0.1-::1", 9, "begins with an IPv4 address and ends with an IPv6 address"),
        ("10.0.0.1-10.0.0.256", 16, "more than 255"),
        ("10.0.0.1 - 10.0.0.x", 18, "decimal octet"),
        ("10.0.0.1-", 9, "expected an address"),
        ("-10.0.0.1", 0, "expected an address"),
        ("10.0.0.1-10.0.0.2-10.0.0.3", 17, "unexpected text"),
        ("10.0.0.0/24-10.0.1.0/24", 8, "unexpected text"),
    ]

    @Test("An invalid range is rejected, naming the place and the problem", arguments: invalid)
    func invalidRange(text: String, offset: Int, word: String) {
        let error = #expect(throws: AddressParseError.self) { try IPRange(text) }
        #expect(error?.offset == offset)
        #expect(error?.problem.contains(word) == true, "\(String(describing: error))")
    }

    @Test("Spaces around the dash are allowed") func spaces() throws {
        #expect(try IPRange(" 10.0.0.1 -  10.0.0.9 ") == IPRange("10.0.0.1-10.0.0.9"))
    }

    /// A range, and the fewest prefixes that hold it.
    static let splits: [(String, [String])] = [
        ("10.0.0.1-10.0.0.1", ["10.0.0.1/32"]),
        ("10.0.0.0-10.0.0.255", ["10.0.0.0/24"]),
        ("10.0.0.1-10.0.0.6", ["10.0.0.1/32", "10.0.0.2/31", "10.0.0.4/31", "10.0.0.6/32"]),
        ("0.0.0.0-255.255.255.255", ["0.0.0.0/0"]),
        ("0.0.0.1-255.255.255.255", (1...32).reversed().map { "\(IPv4Address(rawValue: 1 << UInt32(32 - $0)))/\($0)" }),
        ("::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ["::/0"]),
        ("::1-::2", ["::1/128", "::2/128"]),
        (
            "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            [
                "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127"
            ]
        ),
    ]

    @Test("A range splits into the fewest prefixes", arguments: splits)
    func split(text: String, prefixes: [String]) throws {
        #expect(try IPRange(text).prefixes.map(\.description) == prefixes)
    }

    @Test("Counts are exact up to the whole of IPv6, whose count does not fit") func counts() throws {
        #expect(try IPRange("10.0.0.0-10.0.0.255").count == 256)
        #expect(try IPRange("0.0.0.0-255.255.255.255").count == 1 << 32)
        #expect(try IPPrefix("2001:db8::/64").range.count == 1 << 64)
        #expect(try IPPrefix("::/1").range.count == 1 << 127)
        #expect(try IPPrefix("::/0").range.count == nil)
        #expect(try IPPrefix("::/0").range.countLessOne == .max)
    }

    @Test(
        "Random ranges: their prefixes are adjacent, hold exactly the range, and no two could be one",
        arguments: [UInt64(3), 99])
    func splitProperty(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            let family: AddressFamily = Bool.random(using: &generator) ? .ipv4 : .ipv6
            let most: UInt128 = family == .ipv4 ? UInt128(UInt32.max) : .max
            let a = UInt128.random(in: 0...most, using: &generator)
            let b = UInt128.random(in: 0...most, using: &generator)
            let bounds = try (
                #require(IPAddress(family: family, rawValue: min(a, b))),
                #require(IPAddress(family: family, rawValue: max(a, b)))
            )
            let range = try #require(IPRange(bounds.0, bounds.1))
            let prefixes = range.prefixes
            #expect(prefixes.first?.address == range.lower, "seed \(seed)")
            #expect(prefixes.last?.range.upper == range.upper, "seed \(seed)")
            #expect(prefixes.count <= 2 * family.bitWidth - 2)
            for (left, right) in zip(prefixes, prefixes.dropFirst()) {
                #expect(left.range.upper.successor == right.address, "seed \(seed)")
                let parent = IPPrefix(containing: left.address, length: left.length - 1)
                #expect(left.length != right.length || parent?.range.upper != right.range.upper, "seed \(seed)")
            }
        }
    }

    @Test("Overlap and intersection agree") func intersections() throws {
        let a = try IPRange("10.0.0.10-10.0.0.20")
        #expect(try a.intersection(IPRange("10.0.0.15-10.0.0.30")) == IPRange("10.0.0.15-10.0.0.20"))
        #expect(try a.intersection(IPRange("10.0.0.20-10.0.0.20")) == IPRange("10.0.0.20-10.0.0.20"))
        #expect(try a.intersection(IPRange("10.0.0.21-10.0.0.30")) == nil)
        #expect(try a.intersection(IPRange("::-::ffff:ffff")) == nil)
        #expect(a.address(at: 10) == a.upper)
        #expect(a.address(at: 11) == nil)
    }
}

import Addresses
import Testing

@testable import AddressPools

@Suite("Ranges of pools") struct AddressLocatorTests {
    @Test("An address is found in its pool and in no other") func found() throws {
        let pools = [
            try AddressStockTests.ranges(["192.0.2.0/30", "2001:db8::/64"]), [],
            try AddressStockTests.ranges(["192.0.2.4-192.0.2.9", "192.0.1.0/32"]),
        ]
        let locator = AddressLocator(pools)
        for (text, pool) in [
            ("192.0.2.0", 0), ("192.0.2.3", 0), ("192.0.2.4", 2), ("192.0.2.9", 2), ("192.0.2.10", nil),
            ("192.0.1.0", 2),
            ("192.0.1.1", nil), ("2001:db8::", 0), ("2001:db8:0:1::", nil), ("::", nil), ("255.255.255.255", nil),
        ] as [(String, Int?)] {
            #expect(locator.pool(of: try IPAddress(text)) == pool, "\(text)")
        }
        #expect(AddressLocator([]).pool(of: try IPAddress("::1")) == nil)
    }

    @Test(
        "What is left of a range",
        arguments: [
            ("192.0.2.0/28", [], "192.0.2.0-192.0.2.15"),
            ("192.0.2.0/28", ["192.0.2.0/28"], ""),
            ("192.0.2.0/28", ["192.0.0.0/16"], ""),
            ("192.0.2.0/28", ["192.0.2.0/32", "192.0.2.15/32"], "192.0.2.1-192.0.2.14"),
            (
                "192.0.2.0/28", ["192.0.1.0/24", "192.0.2.4/30", "192.0.3.0/24"],
                "192.0.2.0-192.0.2.3 192.0.2.8-192.0.2.15"
            ),
            ("0.0.0.0/0", ["0.0.0.0/1"], "128.0.0.0-255.255.255.255"),
            ("::/0", ["::/1", "8000::/1"], ""),
            ("192.0.2.0/28", ["::/0"], "192.0.2.0-192.0.2.15"),
        ] as [(String, [String], String)])
    func subtracting(range: String, others: [String], rest: String) throws {
        let whole = try AddressStockTests.ranges([range])[0]
        let merged = IPRange.merged(try AddressStockTests.ranges(others))
        #expect(whole.subtracting(merged).map(\.description).joined(separator: " ") == rest)
    }

    @Test("Of an overlap the earlier pool keeps everything") func overlaps() throws {
        let pools = [
            try AddressStockTests.ranges(["192.0.2.8-192.0.2.11"]),
            try AddressStockTests.ranges(["192.0.2.0/28", "192.0.2.0/31"]),
        ]
        let texts = IPRange.withoutOverlaps(pools).map { $0.map(\.description) }
        #expect(texts == [["192.0.2.8-192.0.2.11"], ["192.0.2.0-192.0.2.7", "192.0.2.12-192.0.2.15"]])
    }
}

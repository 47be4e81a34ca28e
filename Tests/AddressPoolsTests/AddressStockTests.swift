import Addresses
import TestSupport
import Testing
import Timing

@testable import AddressPools

@Suite("The stock of addresses") struct AddressStockTests {
    static func ranges(_ texts: [String]) throws -> [IPRange] {
        try texts.map { text in text.contains("/") ? try IPPrefix(text).range : try IPRange(text) }
    }

    @Test(
        "Every address has one slot, in declared order",
        arguments: [
            (["192.0.2.0/30"], false, ["192.0.2.0", "192.0.2.1", "192.0.2.2", "192.0.2.3"]),
            (
                ["192.0.2.8-192.0.2.9", "192.0.2.1-192.0.2.2"], false,
                ["192.0.2.8", "192.0.2.9", "192.0.2.1", "192.0.2.2"]
            ),
            (["192.0.1.253-192.0.2.2"], true, ["192.0.1.253", "192.0.1.254", "192.0.2.1", "192.0.2.2"]),
            (["192.0.2.0-192.0.2.1", "192.0.1.254-192.0.1.255"], true, ["192.0.2.1", "192.0.1.254"]),
            (["192.0.2.0/32", "192.0.2.255/32", "0.0.0.0/32", "255.255.255.255/32"], true, []),
            (["2001:db8::ff-2001:db8::100", "192.0.2.0/30"], true, ["2001:db8::ff", "2001:db8::100"]),
        ] as [([String], Bool, [String])])
    func slots(entries: [String], avoidsBuggy: Bool, expected: [String]) throws {
        let family: AddressFamily = expected.first?.contains(":") ?? false ? .ipv6 : .ipv4
        let segments = AddressSegments(family: family, ranges: try Self.ranges(entries), avoidBuggyIPs: avoidsBuggy)
        #expect(segments.count == AddressCount(UInt128(expected.count)))
        for (slot, text) in expected.enumerated() {
            #expect(segments.address(at: UInt128(slot))?.description == text)
            #expect(segments.slot(of: try IPAddress(text)) == UInt128(slot))
        }
        #expect(segments.address(at: UInt128(expected.count)) == nil)
    }

    @Test("Without .0 and .255, a /8 has 254 addresses for every 256, in their order") func buggyCounts() throws {
        let segments = AddressSegments(family: .ipv4, ranges: try Self.ranges(["10.0.0.0/8"]), avoidBuggyIPs: true)
        #expect(segments.count == AddressCount(65_536 * 254))
        var generator = SeededGenerator(seed: 8)
        for _ in 0..<1000 {
            let slot = UInt128.random(in: 0..<65_536 * 254, using: &generator)
            let address = try #require(segments.address(at: slot))
            #expect(!address.isBuggy)
            #expect(segments.slot(of: address) == slot)
        }
        for text in ["10.3.4.0", "10.3.4.255", "11.0.0.1", "9.255.255.254"] {
            #expect(segments.slot(of: try IPAddress(text)) == nil)
        }
    }

    @Test("All of IPv6 can be given, to the last", arguments: ["::/0", "2001:db8::/64"]) func huge(text: String) throws
    {
        let range = try IPPrefix(text).range
        var stock = AddressStock(AddressSegments(family: .ipv6, ranges: [range]))
        let first = stock.takeNext()
        let takesLast = stock.take(range.upper)
        #expect(first == range.lower.successor, "the subnet-router anycast address comes last")
        #expect(takesLast)
        #expect(stock.available == AddressCount(upTo: range.countLessOne).subtracting(2))
        #expect(stock.condition(of: range.upper) == .held)
        stock.free(range.upper)
        #expect(stock.condition(of: range.upper) == .free)
    }

    @Test("Nothing happens to what is not there") func strangers() throws {
        var stock = AddressStock(AddressSegments(family: .ipv4, ranges: try Self.ranges(["192.0.2.0/31"])))
        let stranger = try IPAddress("192.0.2.2")
        #expect(stock.condition(of: stranger) == nil)
        let takes = stock.take(stranger)
        #expect(!takes)
        stock.free(stranger)
        stock.rest(stranger)
        stock.endRest(stranger, releasedAt: .zero)
        #expect([stock.heldCount, stock.restingCount] == [0, 0])
        stock.free(try IPAddress("192.0.2.1"))
        #expect(stock.heldCount == 0)
        var none = AddressStock(AddressSegments(family: .ipv6, ranges: []))
        let nothing = none.takeNext()
        #expect(nothing == nil)
        #expect(!none.hasAvailable)
        #expect(none.available.isZero)
    }

    @Test("Counts and order hold over random operations", arguments: UInt64(1)...8) func random(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let ranges = try Self.ranges(["192.0.2.64-192.0.2.99", "192.0.2.0/27"])
        let segments = AddressSegments(family: .ipv4, ranges: ranges)
        var stock = AddressStock(segments)
        var conditions: [AddressStock.Condition] = Array(repeating: .free, count: 68)
        for step in 0..<4000 {
            let slot = Int.random(in: 0..<68, using: &generator)
            let address = try #require(segments.address(at: UInt128(slot)))
            switch Int.random(in: 0..<6, using: &generator) {
            case 0, 1:
                let rested = conditions.indices.compactMap { slot -> (Instant, Int)? in
                    if case .rested(let at) = conditions[slot] { (at, slot) } else { nil }
                }
                let expected = conditions.firstIndex(of: .free) ?? rested.min { $0 < $1 }?.1
                let given = stock.takeNext()
                #expect(given == expected.flatMap { segments.address(at: UInt128($0)) }, "seed \(seed), step \(step)")
                if let expected { conditions[expected] = .held }
            case 2:
                let takes = stock.take(address)
                #expect(takes == (conditions[slot] != .held))
                conditions[slot] = .held
            case 3:
                stock.free(address)
                conditions[slot] = .free
            case 4:
                stock.rest(address)
                conditions[slot] = .resting
            default:
                let at = Instant(nanoseconds: Int64(step))
                stock.endRest(address, releasedAt: at)
                if conditions[slot] == .resting { conditions[slot] = .rested(releasedAt: at) }
            }
            #expect(stock.condition(of: address) == conditions[slot])
            #expect(stock.heldCount == conditions.count { $0 == .held })
            #expect(stock.restingCount == conditions.count { $0 == .resting })
            #expect(stock.hasAvailable == !stock.available.isZero)
        }
    }

    @Test("Anycast addresses come last, and reserved ones never, over random operations", arguments: UInt64(1)...8)
    func randomWithHosts(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        // With three anycast addresses: the first of each entry that is a subnet, and the one with 64 zeros.
        let ranges = try Self.ranges([
            "2001:db8::ffff:ffff:ffff:fffe-2001:db8:0:1::3", "2001:db8::10/126", "2001:db8::f0/125",
        ])
        let segments = AddressSegments(family: .ipv6, ranges: ranges)
        let anycast = SubnetRouterAnycast(entries: ranges)
        var stock = AddressStock(segments, anycast: anycast)
        let size = 18
        let last = (0..<size).filter { slot in
            segments.address(at: UInt128(slot)).map { anycast.contains($0) } ?? false
        }
        #expect(last.count == 3)
        var conditions: [AddressStock.Condition] = Array(repeating: .free, count: size)
        var reserved: Set<Int> = []
        // When those were released that had rested before a host came, or while one was there.
        var releases: [Int: Instant] = [:]
        func vacant(_ slot: Int) -> AddressStock.Condition { reserved.contains(slot) ? .reserved : .free }
        for step in 0..<4000 {
            let slot = Int.random(in: 0..<size, using: &generator)
            let address = try #require(segments.address(at: UInt128(slot)))
            switch Int.random(in: 0..<8, using: &generator) {
            case 0, 1:
                let rested = conditions.indices.compactMap { slot -> (Instant, Int)? in
                    if case .rested(let at) = conditions[slot] { (at, slot) } else { nil }
                }
                let free = conditions.indices.filter { conditions[$0] == .free }
                let expected = free.first { !last.contains($0) } ?? rested.min { $0 < $1 }?.1 ?? free.first
                let given = stock.takeNext()
                #expect(given == expected.flatMap { segments.address(at: UInt128($0)) }, "seed \(seed), step \(step)")
                if let expected { conditions[expected] = .held }
            case 2:
                let takes = stock.take(address)
                #expect(takes == (conditions[slot] != .held))
                conditions[slot] = .held
                releases[slot] = nil
            case 3:
                stock.free(address)
                if conditions[slot] != .reserved { conditions[slot] = vacant(slot) }
            case 4:
                stock.rest(address)
                conditions[slot] = .resting
                releases[slot] = nil
            case 5:
                let at = Instant(nanoseconds: Int64(step))
                stock.endRest(address, releasedAt: at)
                if conditions[slot] == .resting {
                    let isRested = !last.contains(slot)
                    if isRested, reserved.contains(slot) { releases[slot] = at }
                    conditions[slot] = isRested && !reserved.contains(slot) ? .rested(releasedAt: at) : vacant(slot)
                }
            case 6:
                reserved.insert(slot)
                stock.setReserved(true, address)
                if case .rested(let at) = conditions[slot] { releases[slot] = at }
                if conditions[slot] != .held, conditions[slot] != .resting { conditions[slot] = .reserved }
            default:
                reserved.remove(slot)
                stock.setReserved(false, address)
                guard conditions[slot] == .reserved else { break }
                conditions[slot] = releases.removeValue(forKey: slot).map { .rested(releasedAt: $0) } ?? .free
            }
            #expect(stock.condition(of: address) == conditions[slot], "seed \(seed), step \(step)")
            #expect(stock.heldCount == conditions.count { $0 == .held })
            #expect(stock.restingCount == conditions.count { $0 == .resting })
            #expect(stock.reservedCount == conditions.count { $0 == .reserved })
            #expect(stock.hasAvailable == !stock.available.isZero)
        }
    }

    @Test("A /32, which has as many anycast addresses as IPv4 has addresses, gives its first at once")
    func manyAnycast() throws {
        let range = try IPPrefix("2001:db8::/32").range
        var stock = AddressStock(
            AddressSegments(family: .ipv6, ranges: [range]), anycast: SubnetRouterAnycast(entries: [range]))
        let addresses = (0..<3).compactMap { _ in stock.takeNext()?.description }
        #expect(addresses == ["2001:db8::1", "2001:db8::2", "2001:db8::3"])
    }

    @Test(
        "RFC 4291 §2.6.1: which addresses are of subnets' routers",
        arguments: [
            ("2001:db8::/64", ["2001:db8::"]), ("2001:db8::/120", ["2001:db8::"]),
            ("2001:db8::10/126", ["2001:db8::10"]), ("2001:db8::10/127", []), ("2001:db8::10/128", []),
            ("2001:db8::/127", ["2001:db8::"]), ("2001:db8::/128", ["2001:db8::"]),
            ("2001:db8::8-2001:db8::f", ["2001:db8::8"]),
            ("2001:db8::8-2001:db8::e", []), ("2001:db8::9-2001:db8::10", []),
            ("2001:db8::ffff:ffff:ffff:ffff-2001:db8:0:1::1", ["2001:db8:0:1::"]), ("192.0.2.0/24", []),
            ("10.0.0.0/30", []),
            ("2001:db8::/56", ["2001:db8::", "2001:db8:0:1::", "2001:db8:0:ff::"]),
        ] as [(String, [String])])
    func anycast(entry: String, expected: [String]) throws {
        let range = try #require(try Self.ranges([entry]).first)
        let anycast = SubnetRouterAnycast(entries: [range])
        for text in expected { #expect(anycast.contains(try IPAddress(text)), "\(text)") }
        let first = (0..<64).compactMap { range.address(at: $0) }.filter { anycast.contains($0) }.map(\.description)
        #expect(
            first == expected.filter { (try? IPAddress($0)).map { $0.rawValue - range.lower.rawValue < 64 } ?? false })
    }
}

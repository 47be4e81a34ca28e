import Addresses
import ClusterConfiguration
import TestSupport
import Testing

@Suite struct PoolTests {
    private static let refusedRows: [(spec: String, field: String, part: String)] = [
        ("", "spec.addresses", "has no addresses"),
        ("addresses: []", "spec.addresses", "has no addresses"),
        ("addresses: [192.0.2.7]", "spec.addresses[0]", "write 192.0.2.7/32"),
        ("addresses: [\"2001:db8::7\"]", "spec.addresses[0]", "write 2001:db8::7/128"),
        ("addresses: [\"\"]", "spec.addresses[0]", "expected an address"),
        ("addresses: [192.0.2.0/33]", "spec.addresses[0]", "more than 32"),
        ("addresses: [\"2001:db8::/129\"]", "spec.addresses[0]", "more than 128"),
        ("addresses: [192.0.2.0/]", "spec.addresses[0]", "prefix length"),
        ("addresses: [192.0.2.0/255.255.255.0]", "spec.addresses[0]", "prefix length"),
        ("addresses: [192.0.2.256/32]", "spec.addresses[0]", "256 is more than 255"),
        ("addresses: [192.0.2/24]", "spec.addresses[0]", "four octets"),
        ("addresses: [192.0.2.08/32]", "spec.addresses[0]", "leading zeros"),
        ("addresses: [192.0.2.9-192.0.2.1]", "spec.addresses[0]", "192.0.2"),
        ("addresses: [192.0.2.1-]", "spec.addresses[0]", "expected an address"),
        ("addresses: [192.0.2.1-9]", "spec.addresses[0]", "expected a dot"),
        (
            "addresses: [\"192.0.2.1-2001:db8::1\"]", "spec.addresses[0]",
            "begins with an IPv4 address and ends with an IPv6 address"
        ),
        ("addresses: [a-b]", "spec.addresses[0]", "expected"),
        ("addresses: [\"::ffff:192.0.2.0/64\"]", "spec.addresses[0]", ""),
        (
            "addresses: [192.0.2.0/24, 192.0.2.7/32]", "spec.addresses[1]",
            "overlaps 192.0.2.0-192.0.2.255, which is spec.addresses[0]"
        ),
        (
            "addresses: [192.0.2.7/32, 192.0.2.0/24]", "spec.addresses[1]",
            "overlaps 192.0.2.7, which is spec.addresses[0]"
        ),
        ("addresses: [192.0.2.0/24, 192.0.2.0/24]", "spec.addresses[1]", "overlaps"),
        ("addresses: [192.0.2.0-192.0.2.9, 198.51.100.0/24, 192.0.2.9-192.0.2.20]", "spec.addresses[2]", "overlaps"),
        ("addresses: [192.0.2.0/24], excludedAddresses: [x]", "spec.excludedAddresses[0]", "expected"),
        (
            "addresses: [192.0.2.0/24], excludedAddresses: [192.0.2.1, 192.0.2.1]", "spec.excludedAddresses[1]",
            "already"
        ),
        ("addresses: [192.0.2.0/24], reuseAfter: soon", "spec.reuseAfter", "not a duration"),
        ("addresses: [192.0.2.0/24], reuseAfter: -5m", "spec.reuseAfter", "negative"),
        ("addresses: [192.0.2.0/24], retainFor: \"90\"", "spec.retainFor", "unit is missing"),
        ("addresses: [192.0.2.0/24], retainFor: 1000000h1000000h1000000h", "spec.retainFor", "292 years"),
        ("addresses: [192.0.2.0/24], quotaPerNamespace: 0", "spec.quotaPerNamespace", "1 or more"),
        ("addresses: [192.0.2.0/24], quotaPerNamespace: -1", "spec.quotaPerNamespace", "1 or more"),
        ("addresses: [192.0.2.0/24], sharing: Everybody", "spec.sharing", "Namespace or AllNamespaces"),
        (
            "addresses: [192.0.2.0/24], serviceAllocation: {namespaces: [a, b, a]}",
            "spec.serviceAllocation.namespaces[2]", "\"a\" is already"
        ),
        (
            "addresses: [192.0.2.0/24], serviceAllocation: {namespaceSelectors: [{matchLabels: {a b: c}}]}",
            "spec.serviceAllocation.namespaceSelectors[0].matchLabels", "label key"
        ),
        (
            "addresses: [192.0.2.0/24], serviceAllocation: {serviceSelectors: [{}, {}]}",
            "spec.serviceAllocation.serviceSelectors[1]", "already"
        ),
    ]

    @Test(
        "A pool that is wrong is rejected with field and remedy, and left out", arguments: PoolTests.refusedRows.indices
    )
    func refused(row: Int) {
        let (spec, field, part) = PoolTests.refusedRows[row]
        let checked = Checked(Manifest.martlet("IPAddressPool", "lan", spec), Manifest.pool("other", "203.0.113.0/24"))
        let errors = checked.problems.filter { $0.severity == .error }
        #expect(errors.map(\.field) == [field], "\(checked.lines)")
        #expect(errors.first?.message.contains(part) == true, "\(checked.lines)")
        #expect(errors.first?.object?.description == "IPAddressPool/lan")
        #expect(errors.first?.location?.file == "0.yaml")
        #expect(checked.configuration.pools.map(\.name) == ["other"])
    }

    @Test("Every entry that is wrong is named")
    func severalEntries() {
        let checked = Checked(
            Manifest.pool("lan", "192.0.2.1, 192.0.2.0/24, x, 192.0.2.5-192.0.2.6", "sharing: x, reuseAfter: y"))
        #expect(
            checked.problems.map(\.field) == [
                "spec.addresses[0]", "spec.addresses[2]", "spec.addresses[3]", "spec.reuseAfter", "spec.sharing",
            ], "\(checked.lines)")
    }

    @Test(
        "Entries that are odd count, with a warning",
        arguments: [
            ("192.0.2.7/24", "192.0.2.0-192.0.2.255", "write 192.0.2.0/24"),
            ("\"2001:db8::7/64\"", "2001:db8::-2001:db8::ffff:ffff:ffff:ffff", "write 2001:db8::/64"),
            ("\"::ffff:192.0.2.0/120\"", "192.0.2.0-192.0.2.255", "write 192.0.2.0/24"),
            ("\"::ffff:192.0.2.1-::ffff:192.0.2.3\"", "192.0.2.1-192.0.2.3", "write 192.0.2.1-192.0.2.3"),
            ("127.0.0.0/8", "127.0.0.0-127.255.255.255", "loopback"),
            ("224.0.0.0/24", "224.0.0.0-224.0.0.255", "multicast"),
            ("169.254.0.0/24", "169.254.0.0-169.254.0.255", "link-local"),
            ("\"fe80::/64\"", "fe80::-fe80::ffff:ffff:ffff:ffff", "link-local"),
            ("255.255.255.254/31", "255.255.255.254-255.255.255.255", "broadcast"),
        ])
    func odd(entry: String, range: String, part: String) throws {
        let checked = Checked(Manifest.pool("lan", entry))
        #expect(checked.problems.map(\.severity) == [.warning], "\(checked.lines)")
        #expect(checked.problems.first?.message.contains(part) == true, "\(checked.lines)")
        #expect(checked.configuration.pools.first?.ranges.map(\.description) == [range])
    }

    @Test("Every field has its meaning, in both families at once")
    func everything() throws {
        let checked = Checked(
            Manifest.pool(
                "lan", "192.0.2.0/25, \"192.0.2.200 - 192.0.2.210\", \"2001:db8::/64\"",
                """
                autoAssign: false, avoidBuggyIPs: true, quotaPerNamespace: 3, reuseAfter: 1h30m, retainFor: 1.5s, sharing: AllNamespaces,
                excludedAddresses: [192.0.2.1, 192.0.2.4-192.0.2.7, 192.0.2.16/28],
                serviceAllocation: {priority: 50, namespaces: [shop], namespaceSelectors: [{matchLabels: {team: a}}],
                  serviceSelectors: [{matchExpressions: [{key: app, operator: In, values: [b, a]}, {key: x, operator: Exists}]}]}
                """, metadata: "labels: {zone: a}"))
        #expect(checked.problems.isEmpty, "\(checked.lines)")
        let pool = try #require(checked.configuration.pools.first)
        #expect(pool.labels == ["zone": "a"])
        #expect(
            pool.ranges.map(\.description) == [
                "192.0.2.0-192.0.2.127", "192.0.2.200-192.0.2.210", "2001:db8::-2001:db8::ffff:ffff:ffff:ffff",
            ])
        #expect(pool.excluded.map(\.description) == ["192.0.2.1", "192.0.2.4-192.0.2.7", "192.0.2.16-192.0.2.31"])
        #expect(!pool.autoAssign && pool.avoidBuggyIPs)
        #expect(pool.quotaPerNamespace == 3)
        #expect(pool.reuseAfter == .seconds(5400))
        #expect(pool.retainFor == .milliseconds(1500))
        #expect(pool.sharing == .allNamespaces)
        let allocation = try #require(pool.allocation)
        #expect(allocation.priority == 50)
        #expect(allocation.namespaces == ["shop"])
        #expect(allocation.namespaceSelectors.map(\.description) == ["team=a"])
        #expect(allocation.serviceSelectors.map(\.description) == ["app in (b,a),x"])
    }

    @Test("Defaults are MetalLB's, but for sharing in Martlet's own group")
    func defaults() throws {
        let checked = Checked(
            Manifest.pool("ours", "192.0.2.0/25"),
            Manifest.metalLB("IPAddressPool", "theirs", "addresses: [192.0.2.128/25]"))
        #expect(checked.problems.isEmpty, "\(checked.lines)")
        let pools = checked.configuration.pools
        try #require(pools.count == 2)
        #expect(pools[0] == Pool(name: "ours", ranges: [try IPRange("192.0.2.0-192.0.2.127")], sharing: .namespace))
        #expect(
            pools[1] == Pool(name: "theirs", ranges: [try IPRange("192.0.2.128-192.0.2.255")], sharing: .allNamespaces))
    }

    @Test("Of pools that overlap, the later one is invalid, and the next may have its addresses")
    func overlaps() throws {
        let checked = Checked(
            Manifest.pool("a", "192.0.2.0/25, \"2001:db8::/64\""),
            Manifest.pool("b", "198.51.100.0/24, 192.0.2.127/32"),
            Manifest.pool("c", "198.51.100.7/32"), Manifest.pool("d", "203.0.113.0/24, \"2001:db8::5/128\""),
            Manifest.pool("e", "192.0.2.128/25"))
        #expect(checked.configuration.pools.map(\.name) == ["a", "c", "e"])
        #expect(
            checked.lines == [
                "error: IPAddressPool/b: spec.addresses[1]: 192.0.2.127 overlaps 192.0.2.0-192.0.2.127 of the pool a: give every address to one pool only",
                "error: IPAddressPool/d: spec.addresses[1]: 2001:db8::5 overlaps 2001:db8::-2001:db8::ffff:ffff:ffff:ffff of the pool a: give every address to one pool only",
            ])
    }

    @Test("An excluded address outside the pool is a warning")
    func excludedOutside() {
        let checked = Checked(Manifest.pool("lan", "192.0.2.0/24", "excludedAddresses: [192.0.2.1, 198.51.100.1]"))
        #expect(checked.problems.map(\.field) == ["spec.excludedAddresses[1]"])
        #expect(checked.problems.map(\.severity) == [.warning])
        #expect(checked.configuration.pools.first?.excluded.count == 2)
    }

    @Test("Names are unique: the later is invalid; between the groups Martlet's counts")
    func names() {
        let same = Checked(
            Manifest.pool("lan", "192.0.2.0/25", metadata: "namespace: a"),
            Manifest.pool("lan", "192.0.2.128/25", metadata: "namespace: b"))
        #expect(same.lines.count == 1)
        #expect(
            same.lines[0].hasPrefix(
                "error: IPAddressPool/b/lan: metadata.name: IPAddressPool/a/lan (0.yaml:2) has the same name"))
        #expect(same.configuration.pools.map(\.ranges.first?.lower.description) == ["192.0.2.0"])
        let groups = Checked(
            Manifest.metalLB("IPAddressPool", "lan", "addresses: [192.0.2.0/25]", metadata: "namespace: a"),
            Manifest.pool("lan", "192.0.2.128/25", metadata: "namespace: b"))
        #expect(groups.problems.map(\.severity) == [.warning])
        #expect(groups.problems.first?.object?.description == "IPAddressPool/a/lan")
        #expect(groups.configuration.pools.map(\.ranges.first?.lower.description) == ["192.0.2.128"])
    }

    // MARK: - Edits

    @Test("When an edit makes a pool invalid, its last valid version stays in force")
    func keeping() {
        let before = Checked(Manifest.pool("a", "192.0.2.0/25"), Manifest.pool("b", "192.0.2.128/25")).configuration
        let after = Checked(Manifest.pool("a", "192.0.2.0/33"), Manifest.pool("c", "x"), keeping: before)
        #expect(after.configuration.pools == [before.pools[0]])
        #expect(after.problems.count == 2)
        #expect(after.lines[0].contains("last valid version stays in force"), "\(after.lines)")
        #expect(!after.lines[1].contains("last valid version"), "\(after.lines)")
    }

    @Test("An edit cannot take addresses from a pool that works")
    func keepingAddresses() {
        let before = Checked(Manifest.pool("a", "192.0.2.0/25"), Manifest.pool("b", "192.0.2.128/25")).configuration
        let after = Checked(Manifest.pool("a", "192.0.2.0/24"), Manifest.pool("b", "192.0.2.128/25"), keeping: before)
        #expect(after.configuration == before)
        #expect(after.problems.map(\.object?.description) == ["IPAddressPool/a"])
        // A range that moves from one pool to another in one edit is no overlap.
        let moved = Checked(Manifest.pool("a", "192.0.2.128/25"), Manifest.pool("b", "192.0.2.0/25"), keeping: before)
        #expect(moved.problems.isEmpty, "\(moved.lines)")
        #expect(moved.configuration.pools.map(\.ranges[0].lower.description) == ["192.0.2.128", "192.0.2.0"])
    }

    @Test("A last form whose addresses another pool rightly has now is not brought back")
    func keepingInVain() {
        let before = Checked(Manifest.pool("a", "192.0.2.0/25"), Manifest.pool("b", "192.0.2.128/25")).configuration
        let after = Checked(Manifest.pool("a", "oops"), Manifest.pool("b", "192.0.2.0/24"), keeping: before)
        #expect(after.configuration.pools.map(\.name) == ["b"])
    }

    // MARK: - Size and chance

    @Test("Ten thousand ranges are checked for overlaps in no time")
    func size() {
        let entries = (0..<10_000).map { "10.\($0 >> 8 & 255).\($0 & 255).\($0 % 7)/32" }.joined(separator: ", ")
        let one = Manifest.pool("one", entries)
        let many = (0..<1000).map { Manifest.pool("p\($0)", "172.16.\($0 >> 8).\($0 & 255)/32") }.joined()
        let clock = ContinuousClock()
        var checked: Checked?
        let time = clock.measure { checked = Checked(one, many) }
        #expect(checked?.problems.isEmpty == true)
        #expect(checked?.configuration.pools.count == 1001)
        #expect(time < .seconds(20))
    }

    @Test("Overlaps agree with comparing every pair", arguments: [UInt64](1...40))
    func randomOverlaps(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let pools = (0..<12).map { index in
            let entries = (0..<Int.random(in: 1...4, using: &random)).map { _ in
                let low = Int.random(in: 0...200, using: &random)
                return "192.0.2.\(low)-192.0.2.\(low + Int.random(in: 0...6, using: &random))"
            }
            return (name: "p\(index)", entries: entries)
        }
        let checked = Checked(pools.map { Manifest.pool($0.name, $0.entries.joined(separator: ", ")) }.joined())
        // The model: a pool is good if it overlaps neither itself nor a good one before it.
        var good: [(name: String, ranges: [IPRange])] = []
        for pool in pools {
            let ranges = pool.entries.compactMap { try? IPRange($0) }
            let overlapsItself = ranges.indices.contains { i in ranges[..<i].contains { $0.overlaps(ranges[i]) } }
            let overlapsOthers = good.contains { other in
                other.ranges.contains { a in ranges.contains { $0.overlaps(a) } }
            }
            if !overlapsItself, !overlapsOthers { good.append((pool.name, ranges)) }
        }
        #expect(checked.configuration.pools.map(\.name) == good.map(\.name), "seed \(seed)")
    }
}

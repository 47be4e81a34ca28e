import AddressPools
import Addresses
import ClusterConfiguration
import KubernetesModel
import Testing

@testable import Assignment

/// What is in a pool and is not given, or given last.
@Suite("Addresses that are not given") struct ReservedTests {
    private static func reserved(_ texts: String...) -> AssignmentEvent {
        .reserved(Dictionary(uniqueKeysWithValues: texts.compactMap { try? IPAddress($0) }.map { ($0, .node("n1")) }))
    }

    // MARK: - Subnet-router anycast

    @Test(
        "A Service of IPv6 asks for nothing → the subnet-router anycast address is given last, with a warning",
        arguments: [
            ("2001:db8:0:1::/64", ["2001:db8:0:1::1", "2001:db8:0:1::2"], []),
            ("2001:db8::10/126", ["2001:db8::11", "2001:db8::12", "2001:db8::13", "2001:db8::10"], ["2001:db8::10"]),
            ("2001:db8::10/127", ["2001:db8::10", "2001:db8::11"], []),
            ("2001:db8::/128", ["2001:db8::"], ["2001:db8::"]),
            ("2001:db8:1::200-2001:db8:1::219", ["2001:db8:1::200"], []),
        ] as [(String, [String], [String])])
    func anycast(entry: String, expected: [String], warned: [String]) {
        var bench = Bench(.of("p", entry))
        for (index, address) in expected.enumerated() {
            bench.apply("s\(index)") { $0.wants(nil, "IPv6") }
            #expect(bench["s\(index)"] == address)
            let warnings = bench.change(of: "s\(index)")?.warnings ?? []
            #expect(warnings.map(\.reason) == (warned.contains(address) ? ["SubnetRouterAnycast"] : []))
        }
    }

    @Test("A subnet-router anycast address is asked for by name → it is given, with a warning, once")
    func anycastByName() {
        var bench = Bench(.of("p", "2001:db8::/64"), .of("q", "2001:db8:1::/64"))
        bench.apply("s") {
            $0.wants(nil, "IPv6")
            $0.requests("2001:db8::")
        }
        #expect(bench["s"] == "2001:db8::")
        #expect(bench.change(of: "s")?.warnings.map(\.reason) == ["SubnetRouterAnycast"])
        #expect(bench.change(of: "s")?.warnings.first?.message.contains("2001:db8:: of p") == true)
        bench.apply("s") {
            $0.wants(nil, "IPv6")
            $0.requests("2001:db8::")
            $0.labels = ["a": "b"]
        }
        #expect(bench.change(of: "s")?.warnings ?? [] == [])
        bench.remove("s")
        bench.apply("t") { $0.wants(nil, "IPv6") }
        #expect(bench["t"] == "2001:db8::1")
    }

    // MARK: - Hosts

    @Test(
        "A pool holds a Node's address → it is not given unasked, and rejected by name, until the Node has it no more")
    func nodeAddress() {
        var bench = Bench(.of("lan", "192.0.2.2-192.0.2.4", "2001:db8::2/127"))
        bench.handle([Self.reserved("192.0.2.2", "192.0.2.3", "2001:db8::2", "198.51.100.1")])
        bench.apply("web") { $0.wants("RequireDualStack") }
        #expect(bench["web"] == "192.0.2.4,2001:db8::3")
        bench.apply("named") { $0.requests("192.0.2.2") }
        #expect(bench["named"] == "AddressReserved")
        #expect(bench.message("named") == "192.0.2.2 was requested: Node n1 has it.")
        bench.apply("next")
        #expect(bench["next"] == "PoolExhausted")
        #expect(bench.message("next").contains("lan is full (1 of 3 in use, 2 reserved for hosts)"))
        #expect(bench.engine.counts.map(\.available.description) == ["0", "0"])
        bench.handle([Self.reserved("192.0.2.3")])
        #expect(bench["named"] == "192.0.2.2")
        bench.handle([Self.reserved()])
        #expect(bench["next"] == "192.0.2.3")
    }

    @Test("A Node gets the address of a Service → the Service keeps it, and no other gets it after that")
    func heldAddress() {
        var bench = Bench(.of("lan", "192.0.2.2-192.0.2.3"))
        bench.apply("a")
        bench.handle([Self.reserved("192.0.2.2")])
        #expect(bench["a"] == "192.0.2.2")
        bench.pools(.of("lan", "192.0.2.2-192.0.2.4"))
        #expect(bench["a"] == "192.0.2.2")
        bench.remove("a")
        bench.apply("b")
        #expect(bench["b"] == "192.0.2.3")
        bench.apply("stated") { $0.has("192.0.2.2") }
        #expect(bench["stated"] == "192.0.2.2", "what a status says is kept")
    }

    // MARK: - Disabled pools

    @Test("A pool is disabled → it keeps what is out and gives nothing more, not by name either, until it is enabled")
    func disabled() {
        var bench = Bench(.of("lan", "192.0.2.0/30"), .of("wan", "198.51.100.0/30") { $0.autoAssign = false })
        bench.apply("a")
        bench.pools(
            .of("lan", "192.0.2.0/30") { $0.disabled = true }, .of("wan", "198.51.100.0/30") { $0.autoAssign = false })
        #expect(bench["a"] == "192.0.2.0")
        bench.apply("b")
        #expect(bench["b"] == "PoolDisabled")
        bench.apply("c") { $0.requests("192.0.2.3") }
        #expect(bench["c"] == "PoolDisabled")
        bench.apply("d") { $0.requestsPool("lan") }
        #expect(bench["d"] == "PoolDisabled")
        #expect(
            bench.message("d")
                == "The requested pool cannot provide an IPv4 address: lan is disabled (spec.disabled: true).")
        bench.apply("e") { $0.has("192.0.2.2") }
        #expect(bench["e"] == "192.0.2.2", "what a status says is out")
        bench.pools(.of("lan", "192.0.2.0/30"), .of("wan", "198.51.100.0/30") { $0.autoAssign = false })
        #expect(
            [bench["a"], bench["b"], bench["c"], bench["d"]] == [
                "192.0.2.0", "192.0.2.1", "192.0.2.3", "PoolExhausted",
            ])
    }

    @Test(
        "A pool is disabled while it keeps the address of a deleted Service → the Service that returns does not get it")
    func disabledRetained() {
        var bench = Bench(.of("lan", "192.0.2.0/30") { $0.retainFor = .seconds(60) })
        bench.apply("a")
        bench.remove("a")
        bench.pools(
            .of("lan", "192.0.2.0/30") {
                $0.retainFor = .seconds(60)
                $0.disabled = true
            })
        bench.apply("a")
        #expect(bench["a"] == "PoolDisabled")
        bench.apply("b") { $0.requestsPool("lan") }
        bench.pools(.of("lan", "192.0.2.0/30") { $0.retainFor = .seconds(60) })
        #expect([bench["a"], bench["b"]] == ["192.0.2.0", "192.0.2.1"], "it was kept for a all the time")
    }

    @Test(
        "A Node has the address that is kept for a Service that returns → the Service gets it when the Node gives it up"
    )
    func reservedRetained() {
        var bench = Bench(.of("lan", "192.0.2.0/32") { $0.retainFor = .seconds(60) })
        bench.apply("a")
        bench.remove("a")
        bench.handle([Self.reserved("192.0.2.0")])
        bench.apply("a")
        #expect(bench["a"] != "192.0.2.0")
        bench.handle([Self.reserved()])
        #expect(bench["a"] == "192.0.2.0")
    }

    @Test("A Node had an address that was released before → it comes after those never given, as without the Node")
    func reservedRested() {
        var bench = Bench(.of("lan", "192.0.2.0/30") { $0.reuseAfter = .seconds(10) })
        bench.apply("a")
        bench.remove("a")
        bench.wait(.seconds(20))
        bench.handle([Self.reserved("192.0.2.0")])
        bench.handle([Self.reserved()])
        bench.apply("b")
        #expect(bench["b"] == "192.0.2.1")
    }

    // MARK: - Families

    @Test(
        "RequireDualStack with one address asked for → the other family is found, in that pool before others",
        arguments: [
            ("192.0.2.9", "192.0.2.9,2001:db8::11"), ("2001:db8::12", "192.0.2.0,2001:db8::12"),
            ("203.0.113.1", "203.0.113.1,2001:db8::11"), ("2001:db8:f::1", "192.0.2.0,2001:db8:f::1"),
        ])
    func requireDualStack(requested: String, expected: String) {
        var bench = Bench(
            .of("four", "203.0.113.0/30"), .of("lan", "192.0.2.0/28", "2001:db8::10/124"),
            .of("six", "2001:db8:f::/120"))
        bench.apply("first") { $0.requestsPool("four") }
        for number in 0..<3 { bench.apply("filler\(number)") { $0.requestsPool("four") } }
        bench.remove("filler0")
        if requested != "203.0.113.1" { bench.apply("last") { $0.requestsPool("four") } }
        bench.apply("s") {
            $0.wants("RequireDualStack")
            $0.requests(requested)
        }
        #expect(bench["s"] == expected)
    }

    // MARK: - Pools in error

    @Test("The only fitting pool is invalid → NoPools names it and its error")
    func poolInError() {
        var bench = Bench()
        bench.apply("s")
        #expect(bench.message("s") == "There is no address pool.")
        bench.handle([.poolsInError(["lan": "spec.addresses[0]: no CIDR"])])
        #expect(bench["s"] == "NoPools")
        #expect(
            bench.message("s") == "No pool can provide an IPv4 address: lan is invalid (spec.addresses[0]: no CIDR).")
        bench.apply("named") { $0.requestsPool("lan") }
        #expect(bench["named"] == "NoPools")
        #expect(bench.message("named") == "The requested pool is invalid: lan: spec.addresses[0]: no CIDR.")
        bench.apply("asks") { $0.requests("192.0.2.1") }
        #expect(
            bench.message("asks").hasSuffix(
                "no pool contains it. Invalid: lan is invalid (spec.addresses[0]: no CIDR).")
        )
        bench.handle([.poolsInError([:]), .pools([.of("lan", "192.0.2.0/30")])])
        #expect([bench["s"], bench["named"], bench["asks"]] == ["192.0.2.0", "192.0.2.1", "AddressInUse"])
    }

    // MARK: - Sharing

    @Test("A key cannot be shared and the pool is full → SharingRefused says what does not fit")
    func sharingRefused() {
        var bench = Bench(.of("lan", "192.0.2.50/32") { $0.sharing = .allNamespaces })
        bench.apply("kube-system/ingress") { $0.shares("global", ports: 80, 443) }
        let rows: [(name: String, change: (inout ServiceSketch) -> Void, part: String)] = [
            ("local", { $0.isLocal(["app": "dns"]) }, "externalTrafficPolicy Cluster, and this Service has Local"),
            ("port", { $0.shares("global", ports: 443) }, "uses port 443/TCP too"),
        ]
        for row in rows {
            bench.apply("dns/\(row.name)") {
                $0.shares("global", ports: 53)
                row.change(&$0)
            }
            #expect(bench["dns/\(row.name)"] == "SharingRefused")
            let message = bench.message("dns/\(row.name)")
            #expect(message.contains("lan is full (1 of 1 in use); 192.0.2.50 is shared under the same key, but"))
            #expect(message.contains(row.part), "\(message)")
        }
        bench.apply("dns/key") { $0.shares("other", ports: 53) }
        #expect(bench["dns/key"] == "PoolExhausted")
        bench.pools(.of("lan", "192.0.2.50/32"))
        bench.apply("dns/namespace") { $0.shares("global", ports: 53) }
        #expect(bench["dns/namespace"] == "SharingRefused")
        #expect(bench.message("dns/namespace").contains("only within a namespace (sharing: Namespace)"))
        bench.remove("kube-system/ingress")
        #expect(bench["dns/local"] == "192.0.2.50")
    }
}

import AddressPools
import ClusterConfiguration
import Testing
import Timing

@testable import Assignment

@Suite("The order of pools") struct PoolOrderTests {
    @Test("The lowest free address is given, entries in declared order") func declaredOrder() {
        var bench = Bench(.of("lan", "192.0.2.20-192.0.2.21", "192.0.2.1/32"))
        for name in ["a", "b", "c", "d"] { bench.apply(name) }
        #expect(["a", "b", "c", "d"].map { bench[$0] } == ["192.0.2.20", "192.0.2.21", "192.0.2.1", "PoolExhausted"])
        bench.remove("b")
        #expect(bench["d"] == "192.0.2.21")
    }

    @Test("Pools serve by priority, of which 0 is the last, then by name") func priorities() {
        var bench = Bench(
            .of("a-zero", "192.0.2.1/32"),
            .of("z-second", "192.0.2.2/32") { $0.isPinned(priority: 20) },
            .of("b-zero", "192.0.2.3/32"),
            .of("y-first", "192.0.2.4/32") { $0.isPinned(priority: 10) },
            .of("x-second", "192.0.2.5/32") { $0.isPinned(priority: 20) })
        let names = (1...6).map { "s\($0)" }
        for name in names { bench.apply(name) }
        #expect(
            names.map { bench[$0] } == [
                "192.0.2.4", "192.0.2.5", "192.0.2.2", "192.0.2.1", "192.0.2.3", "PoolExhausted",
            ])
    }

    @Test("A pool pinned to the Service serves before one of a better priority that is for all") func pinnedFirst() {
        var bench = Bench(
            .of("all", "192.0.2.1/32") { $0.isPinned(priority: 1) },
            .of("mine", "192.0.2.2/32") { $0.isPinned(priority: 50, namespaces: ["team"]) })
        bench.apply("team/a")
        bench.apply("team/b")
        bench.apply("other/c")
        #expect([bench["team/a"], bench["team/b"]] == ["192.0.2.2", "192.0.2.1"])
        #expect(bench["other/c"] == "PoolExhausted")
        #expect(bench.message("other/c").contains("all is full (1 of 1 in use)"))
        #expect(bench.message("other/c").contains("mine is pinned to the namespaces team"))
    }

    @Test(
        "A pool that pins something serves only what matches",
        arguments: [
            ("team/a", [:], "192.0.2.1"),  // by the namespace's name
            ("labelled/a", [:], "192.0.2.1"),  // by the namespace's label
            ("other/a", [:], "PoolNotAllowed"),
        ] as [(String, [String: String], String)])
    func pinning(service: String, labels: [String: String], expected: String) {
        var bench = Bench(
            .of("p", "192.0.2.1/32") { $0.isPinned(namespaces: ["team"], namespaceLabels: ["tier": "gold"]) })
        bench.namespace("labelled", ["tier": "gold"])
        bench.apply(service) { $0.labels = labels }
        #expect(bench[service] == expected)
    }

    @Test("Where namespaces and Services are both selected, both must match") func bothSelectors() {
        var bench = Bench(
            .of("p", "192.0.2.0/29") { $0.isPinned(namespaces: ["team"], serviceLabels: ["app": "web"]) })
        bench.apply("team/web") { $0.labels = ["app": "web"] }
        bench.apply("team/db") { $0.labels = ["app": "db"] }
        bench.apply("other/web") { $0.labels = ["app": "web"] }
        #expect(
            [bench["team/web"], bench["team/db"], bench["other/web"]] == [
                "192.0.2.0", "PoolNotAllowed", "PoolNotAllowed",
            ])
    }

    @Test("Expressions select as in Kubernetes") func expressions() {
        let selector = Selector([
            .isIn(key: "tier", values: ["a", "b"]), .isNotIn(key: "zone", values: ["x"]), .exists(key: "app"),
            .doesNotExist(key: "legacy"),
        ])
        var bench = Bench(
            .of("p", "192.0.2.0/29") { $0.allocation = .init(serviceSelectors: [selector]) })
        bench.apply("yes") { $0.labels = ["tier": "b", "app": ""] }
        bench.apply("zone") { $0.labels = ["tier": "b", "app": "", "zone": "x"] }
        bench.apply("noapp") { $0.labels = ["tier": "b"] }
        bench.apply("legacy") { $0.labels = ["tier": "b", "app": "", "legacy": "1"] }
        #expect(bench["yes"] == "192.0.2.0")
        for name in ["zone", "noapp", "legacy"] { #expect(bench[name] == "PoolNotAllowed") }
    }

    @Test("Without pools, or with none that gives unasked, the reason is NoPools") func noPools() {
        var bench = Bench()
        bench.apply("a")
        #expect(bench["a"] == "NoPools")
        #expect(bench.message("a") == "There is no address pool.")
        bench.pools(.of("quiet", "192.0.2.0/30") { $0.autoAssign = false })
        #expect(bench["a"] == "NoPools")
        #expect(bench.message("a").contains("quiet allocates only on request (autoAssign: false)"))
        bench.pools(.of("quiet", "192.0.2.0/30"))
        #expect(bench["a"] == "192.0.2.0")
    }

    @Test("A namespace that gains or loses its label gains or loses the pool") func namespaceLabels() {
        var bench = Bench(.of("gold", "192.0.2.1/32") { $0.isPinned(namespaceLabels: ["tier": "gold"]) })
        bench.apply("team/a")
        #expect(bench["team/a"] == "PoolNotAllowed")
        bench.namespace("team", ["tier": "gold"])
        #expect(bench["team/a"] == "192.0.2.1")
        bench.namespace("team", [:])
        #expect(bench["team/a"] == "PoolNotAllowed")
        #expect(
            bench.change(of: "team/a")?.releases.map(\.message) == [
                "192.0.2.1 was revoked: its pool gold is pinned to namespaces with tier=gold."
            ])
        bench.handle([.namespaceRemoved("team")])
        #expect(bench["team/a"] == "PoolNotAllowed")
    }

    @Test("Left-out addresses are never given and not counted") func exclusions() {
        var bench = Bench(
            .of("lan", "192.0.1.254-192.0.2.4") {
                $0.avoidBuggyIPs = true
                $0.excludes("192.0.2.1/32", "192.0.2.3-192.0.2.9", "203.0.113.0/24")
            })
        #expect(bench.engine.counts.map(\.size.description) == ["2"])
        for name in ["a", "b", "c"] { bench.apply(name) }
        #expect(["a", "b", "c"].map { bench[$0] } == ["192.0.1.254", "192.0.2.2", "PoolExhausted"])
        bench.apply("gateway") { $0.requests("192.0.2.1") }
        #expect(bench["gateway"] == "AddressNotInPool")
        #expect(bench.message("gateway").contains("it is among the excluded addresses of lan"))
        bench.apply("buggy") { $0.requests("192.0.2.0") }
        #expect(bench["buggy"] == "AddressNotInPool")
        #expect(bench.message("buggy").contains("avoidBuggyIPs"))
    }
}

import AddressPools
import Addresses
import ClusterConfiguration
import Testing

@testable import Assignment

@Suite("Families") struct FamilyTests {
    @Test(
        "What Kubernetes says decides which families are wanted",
        arguments: [
            (nil, [], nil, "IPv4"),
            (nil, ["IPv6"], nil, "IPv6"),
            (nil, ["IPv6", "IPv4"], nil, "IPv4,IPv6 all"),  // the API server takes two families for RequireDualStack
            ("SingleStack", ["IPv6", "IPv4"], nil, "IPv6"),
            ("PreferDualStack", [], nil, "IPv4,IPv6"),
            ("PreferDualStack", ["IPv6"], nil, "IPv4,IPv6"),
            ("RequireDualStack", [], nil, "IPv4,IPv6 all"),
            (nil, ["IPv4"], ["fd00::1"], "IPv6"),  // the cluster addresses count
            (nil, [], ["None"], "IPv4"),
            ("PreferDualStack", ["IPv4", "IPv6"], ["10.0.0.1"], "IPv4"),  // the cluster has one family
            ("PreferDualStack", [], ["10.0.0.1", "fd00::1"], "IPv4,IPv6"),
            ("SingleStack", [], ["fd00::1", "10.0.0.1"], "IPv6"),
            ("RequireDualStack", [], ["10.0.0.1"], "FamilyMismatch"),
            (nil, ["IPv5"], nil, "RequestInvalid"),
            ("Dual", [], nil, "RequestInvalid"),
            (nil, [], ["10.0.0"], "RequestInvalid"),
        ] as [(String?, [String], [String]?, String)])
    func wanted(policy: String?, families: [String], clusterIPs: [String]?, expected: String) {
        var sketch = ServiceSketch("a")
        sketch.ipFamilyPolicy = policy
        sketch.ipFamilies = families
        sketch.clusterIPs = clusterIPs
        let demand = Demand(sketch.service)
        let text = demand.families.map(\.description).joined(separator: ",") + (demand.needsAllFamilies ? " all" : "")
        #expect((demand.fault?.reason.rawValue ?? text) == expected)
    }

    @Test("Both addresses come from one pool where one has both") func onePool() {
        var bench = Bench(.of("a", "192.0.2.1/32"), .of("b", "198.51.100.1/32", "2001:db8::1/128"))
        bench.apply("s") { $0.wants("RequireDualStack") }
        #expect(bench["s"] == "198.51.100.1,2001:db8::1")
        #expect(bench.engine.assignments.map(\.pool) == ["b"])
    }

    @Test("Where no pool has both, they come from two") func twoPools() {
        var bench = Bench(.of("six", "2001:db8::1/128"), .of("four", "192.0.2.1/32"))
        bench.apply("s") { $0.wants("RequireDualStack") }
        #expect(bench["s"] == "192.0.2.1,2001:db8::1")
        #expect(bench.engine.assignments.map(\.pool) == ["four,six"])
    }

    @Test("A new Service that requires both gets both or none") func required() {
        var bench = Bench(.of("four", "192.0.2.0/30"))
        bench.apply("s") { $0.wants("RequireDualStack") }
        #expect(bench["s"] == "FamilyMismatch")
        #expect(bench.message("s") == "No pool can provide an IPv6 address: four has no IPv6 addresses.")
        #expect(bench.engine.counts.map(\.assigned) == [0])
        bench.pools(.of("four", "192.0.2.0/30"), .of("six", "2001:db8::/127"))
        #expect(bench["s"] == "192.0.2.0,2001:db8::1")
    }

    @Test("One that requires both and loses one keeps the other until it has both again") func requiredKeeps() {
        var bench = Bench(.of("p", "192.0.2.0/30", "2001:db8::/127"))
        bench.apply("s") { $0.wants("RequireDualStack") }
        bench.pools(.of("p", "192.0.2.0/30"))
        #expect(bench["s"] == "192.0.2.0 FamilyMismatch")
        bench.pools(.of("p", "192.0.2.0/30", "2001:db8::4/127"))
        #expect(bench["s"] == "192.0.2.0,2001:db8::4")
    }

    @Test("One that prefers both gains the second when it can, and keeps the first") func preferred() {
        var bench = Bench(.of("p", "192.0.2.0/30", "2001:db8::1/128"))
        bench.apply("first") { $0.wants(nil, "IPv6") }
        bench.apply("s") { $0.wants("PreferDualStack") }
        #expect(bench["s"] == "192.0.2.0 PoolExhausted")
        #expect(bench.message("s").contains("p is full (1 of 1 in use)"))
        bench.remove("first")
        #expect(bench["s"] == "192.0.2.0,2001:db8::1")
        #expect(bench.change(of: "s")?.releases == [])
    }

    @Test("A Service that is made dual-stack keeps its address, and one made single-stack the first") func upgraded() {
        var bench = Bench(.of("a", "192.0.2.0/30"), .of("b", "198.51.100.0/30", "2001:db8::/127"))
        bench.apply("s") { $0.clusterIPs = ["10.0.0.1"] }
        #expect(bench["s"] == "192.0.2.0")
        bench.apply("s") {
            $0.clusterIPs = ["10.0.0.1", "fd00::1"]
            $0.ipFamilyPolicy = "PreferDualStack"
        }
        #expect(bench["s"] == "192.0.2.0,2001:db8::1")
        bench.apply("s") { $0.clusterIPs = ["10.0.0.1"] }
        #expect(bench["s"] == "192.0.2.0")
        #expect(
            bench.change(of: "s")?.releases.map(\.message) == [
                "2001:db8::1 was revoked: the Service no longer requests IPv6."
            ])
    }

    @Test("A pool that is asked for gives both or what it has") func requestedPool() {
        var bench = Bench(.of("four", "192.0.2.0/30"), .of("six", "2001:db8::/127"))
        bench.apply("s") {
            $0.requestsPool("four")
            $0.wants("PreferDualStack")
        }
        #expect(bench["s"] == "192.0.2.0 FamilyMismatch")
        #expect(bench.message("s") == "The requested pool cannot provide an IPv6 address: four has no IPv6 addresses.")
    }
}

import AddressPools
import Addresses
import ClusterConfiguration
import KubernetesModel
import Testing

@testable import Assignment

@Suite("Requests") struct RequestTests {
    static func bench() -> Bench {
        Bench(
            .of("lan", "192.0.2.0/28", "2001:db8::/124"),
            .of("quiet", "198.51.100.0/30") { $0.autoAssign = false },
            .of("team", "203.0.113.0/30") { $0.isPinned(namespaces: ["team"]) })
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let what: String
        let change: @Sendable (inout ServiceSketch) -> Void
        let result: String
        /// What the sentence must say.
        var says: [String] = []

        var testDescription: String { what }
    }

    static let rows = [
        Row(what: "an address by annotation", change: { $0.requests("192.0.2.9") }, result: "192.0.2.9"),
        Row(what: "an IPv4-mapped address", change: { $0.requests("::ffff:192.0.2.9") }, result: "192.0.2.9"),
        Row(what: "an address by field", change: { $0.loadBalancerIP = "192.0.2.9" }, result: "192.0.2.9"),
        Row(
            what: "both at once",
            change: {
                $0.requests("192.0.2.9"); $0.loadBalancerIP = "192.0.2.9"
            },
            result: "RequestInvalid", says: ["spec.loadBalancerIP", "martlet.dev/loadBalancerIPs"]),
        Row(
            what: "MetalLB's prefix", change: { $0.annotations["metallb.io/loadBalancerIPs"] = "192.0.2.9" },
            result: "192.0.2.9"),
        Row(
            what: "our prefix before MetalLB's",
            change: {
                $0.requests("192.0.2.9"); $0.annotations["metallb.io/loadBalancerIPs"] = "192.0.2.8"
            },
            result: "192.0.2.9"),
        Row(
            what: "MetalLB's prefix before the legacy one",
            change: {
                $0.annotations["metallb.io/address-pool"] = "quiet"
                $0.annotations["metallb.universe.tf/address-pool"] = "lan"
            }, result: "198.51.100.0"),
        Row(
            what: "an empty request",
            change: {
                $0.requests(""); $0.loadBalancerIP = ""
            }, result: "192.0.2.0"),
        Row(
            what: "no address", change: { $0.requests("192.0.2.256") }, result: "RequestInvalid",
            says: ["256 is more than 255", "martlet.dev/loadBalancerIPs"]),
        Row(what: "a trailing comma", change: { $0.requests("192.0.2.9,") }, result: "RequestInvalid"),
        Row(
            what: "two of a family", change: { $0.requests("192.0.2.8,192.0.2.9") }, result: "RequestInvalid",
            says: ["More than one IPv4 address"]),
        Row(
            what: "the other family", change: { $0.requests("2001:db8::5") }, result: "FamilyMismatch",
            says: ["2001:db8::5, which is IPv6"]),
        Row(
            what: "a pair",
            change: {
                $0.wants("RequireDualStack"); $0.requests(" 2001:db8::5 , 192.0.2.9 ")
            },
            result: "192.0.2.9,2001:db8::5"),
        Row(
            what: "a pair that spans two pools",
            change: {
                $0.wants("RequireDualStack"); $0.requests("2001:db8::5,198.51.100.1")
            },
            result: "198.51.100.1,2001:db8::5"),
        Row(
            what: "a pair of which one cannot be had",
            change: {
                $0.wants("PreferDualStack"); $0.requests("2001:db8::5,192.0.2.99")
            }, result: "AddressNotInPool",
            says: ["192.0.2.99 was requested", "no pool contains it"]),
        Row(
            what: "one of two families, the other from the same pool",
            change: {
                $0.wants("PreferDualStack"); $0.requests("2001:db8::5")
            }, result: "192.0.2.0,2001:db8::5"),
        Row(what: "an address of a quiet pool", change: { $0.requests("198.51.100.2") }, result: "198.51.100.2"),
        Row(what: "a quiet pool", change: { $0.requestsPool("quiet") }, result: "198.51.100.0"),
        Row(
            what: "an address of a pool pinned to others", change: { $0.requests("203.0.113.1") },
            result: "PoolNotAllowed", says: ["team is pinned to the namespaces team"]),
        Row(
            what: "a pool pinned to others", change: { $0.requestsPool("team") }, result: "PoolNotAllowed",
            says: ["team is pinned to the namespaces team"]),
        Row(
            what: "a pool that is not", change: { $0.requestsPool("lam") }, result: "PoolNotFound",
            says: ["The requested pool lam"]),
        Row(
            what: "a pool without the family",
            change: {
                $0.requestsPool("quiet"); $0.wants(nil, "IPv6")
            },
            result: "FamilyMismatch", says: ["quiet has no IPv6 addresses"]),
        Row(
            what: "an address and another pool",
            change: {
                $0.requests("192.0.2.9"); $0.requestsPool("quiet")
            },
            result: "AddressNotInPool", says: ["it is in lan, but the requested pool is quiet"]),
        Row(
            what: "an address and its pool",
            change: {
                $0.requests("192.0.2.9"); $0.requestsPool("lan")
            },
            result: "192.0.2.9"),
        Row(
            what: "an address and a pool that is not",
            change: {
                $0.requests("192.0.2.9"); $0.requestsPool("lam")
            }, result: "AddressNotInPool",
            says: ["lam does not exist"]),
    ]

    @Test("A new Service that asks for …", arguments: rows) func new(row: Row) {
        var bench = Self.bench()
        bench.apply("a", row.change)
        #expect(bench["a"] == row.result)
        for words in row.says { #expect(bench.message("a").contains(words)) }
    }

    @Test("Only the legacy prefix is warned about, once") func legacy() {
        var bench = Self.bench()
        let change: (inout ServiceSketch) -> Void = {
            $0.annotations["metallb.universe.tf/loadBalancerIPs"] = "192.0.2.9"
            $0.annotations["metallb.io/allow-shared-ip"] = "x"
        }
        bench.apply("a", change)
        #expect(bench["a"] == "192.0.2.9")
        #expect(bench.change(of: "a")?.warnings.map(\.reason) == ["LegacyAnnotation"])
        #expect(bench.change(of: "a")?.warnings.first?.message.contains("martlet.dev/loadBalancerIPs") ?? false)
        bench.apply("a") {
            change(&$0)
            $0.ports = [ServicePort(port: 81)]
        }
        #expect(bench.change(of: "a")?.warnings ?? [] == [])
    }

    @Test("A changed request moves the Service, or leaves it waiting") func changed() {
        var bench = Self.bench()
        bench.apply("a")
        bench.apply("b") { $0.requests("192.0.2.9") }
        bench.apply("a") { $0.requests("192.0.2.8") }
        #expect(bench["a"] == "192.0.2.8")
        #expect(
            bench.change(of: "a")?.releases.map(\.message) == [
                "192.0.2.0 was revoked: the Service requests 192.0.2.8."
            ])
        bench.apply("a") { $0.requests("192.0.2.9") }
        #expect(bench["a"] == "AddressInUse")
        #expect(bench.message("a") == "192.0.2.9 was requested: default/b has it and does not share it.")
        bench.remove("b")
        #expect(bench["a"] == "192.0.2.9")
    }

    @Test("A request that becomes unreadable leaves the Service what it has") func unreadable() {
        var bench = Self.bench()
        bench.apply("a") { $0.requests("192.0.2.9") }
        bench.apply("a") { $0.requests("192.0.2.oops") }
        #expect(bench["a"] == "192.0.2.9 RequestInvalid")
        bench.apply("a") { $0.ipFamilyPolicy = "Both" }
        #expect(bench["a"] == "192.0.2.9 RequestInvalid")
        #expect(bench.message("a").contains("write SingleStack, PreferDualStack or RequireDualStack"))
        bench.apply("a") { $0.requests("192.0.2.9") }
        #expect(bench["a"] == "192.0.2.9")
    }

    @Test("Those who want one address get it in their order") func queue() {
        var bench = Self.bench()
        for name in ["a", "b", "c"] { bench.apply(name) { $0.requests("192.0.2.9") } }
        bench.remove("a")
        #expect([bench["b"], bench["c"]] == ["192.0.2.9", "AddressInUse"])
        #expect(bench.changes.map(\.service.name) == ["a", "b"])
        bench.remove("b")
        #expect(bench["c"] == "192.0.2.9")
    }
}

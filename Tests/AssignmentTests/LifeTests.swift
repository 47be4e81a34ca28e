import AddressPools
import Addresses
import ClusterConfiguration
import KubernetesModel
import Testing
import Timing

@testable import Assignment

@Suite("The life of an assignment") struct LifeTests {
    @Test("It survives the renaming, splitting and merging of pools that hold it") func poolEdits() {
        var bench = Bench(.of("lan", "192.0.2.0/28"))
        for name in ["a", "b"] { bench.apply(name) }
        bench.pools(.of("renamed", "192.0.2.0/28"))
        #expect(bench.changes.map { $0.assignment?.pool } == ["renamed", "renamed"])
        bench.pools(.of("low", "192.0.2.0/32"), .of("high", "192.0.2.1-192.0.2.15"))
        #expect([bench["a"], bench["b"]] == ["192.0.2.0", "192.0.2.1"])
        #expect(bench.engine.assignments.map(\.pool) == ["low", "high"])
        bench.pools(.of("lan", "192.0.2.0/24") { $0.autoAssign = false })
        #expect([bench["a"], bench["b"]] == ["192.0.2.0", "192.0.2.1"])
    }

    @Test("What no pool holds any more is replaced, with the reason said") func replaced() {
        var bench = Bench(.of("lan", "192.0.2.0/28"))
        bench.apply("a")
        bench.pools(.of("lan", "198.51.100.0/28"))
        #expect(bench["a"] == "198.51.100.0")
        #expect(bench.change(of: "a")?.status == .write)
        #expect(bench.change(of: "a")?.releases.map(\.message) == ["192.0.2.0 was revoked: no pool contains it."])
        bench.pools()
        #expect(bench["a"] == "NoPools")
    }

    /// What becomes of a Service that has 192.0.2.1, and what is said of the address.
    static let departures: [(name: String, act: @Sendable (inout Bench) -> Void, says: [String])] = [
        ("deleted", { $0.remove("a") }, ["192.0.2.1 was released: the Service was deleted."]),
        (
            "another type", { $0.apply("a") { $0.type = "ClusterIP" } },
            ["192.0.2.1 was released: the Service now has the type ClusterIP."]
        ),
        (
            "another class", { $0.apply("a") { $0.loadBalancerClass = "theirs" } },
            ["192.0.2.1 was released: the Service now has the class theirs, which is not served here."]
        ),
        (
            "another address asked for", { $0.apply("a") { $0.requests("192.0.2.3") } },
            ["192.0.2.1 was revoked: the Service requests 192.0.2.3."]
        ),
        ("the same again", { $0.apply("a") { $0.requests("192.0.2.1") } }, []),
        ("a Service that never had one", { $0.remove("b") }, []),
    ]

    @Test("An address that a Service gives up is told of once, with the reason", arguments: departures)
    func released(row: (name: String, act: @Sendable (inout Bench) -> Void, says: [String])) {
        var bench = Bench(.of("lan", "192.0.2.1-192.0.2.3"))
        bench.apply("a") { $0.requests("192.0.2.1") }
        #expect(bench.changes.flatMap(\.releases).isEmpty)
        row.act(&bench)
        let releases = bench.changes.flatMap(\.releases)
        #expect(releases.map(\.message) == row.says, "\(row.name): \(releases)")
        #expect(releases.allSatisfy { $0.isIntended == $0.message.contains("was released") })
        bench.handle([])
        #expect(bench.changes.flatMap(\.releases).isEmpty)
    }

    @Test("At the start those who have an address come before those who ask for it") func holdersFirst() {
        var bench = Bench(.of("lan", "192.0.2.0/31"))
        bench.apply(
            ServiceSketch("asks") { $0.requests("192.0.2.1") }, ServiceSketch("takes"),
            ServiceSketch("has") { $0.has("192.0.2.1") }, ServiceSketch("stale") { $0.has("10.1.1.1") })
        #expect(
            ["asks", "takes", "has", "stale"].map { bench[$0] } == [
                "AddressInUse", "192.0.2.0", "192.0.2.1", "PoolExhausted",
            ])
        #expect(
            ["asks", "takes", "has", "stale"].map { bench.change(of: $0)?.status } == [.keep, .write, .keep, .clear])
    }

    @Test("Of two that have one address, the earlier keeps it") func twoHolders() {
        var bench = Bench(.of("lan", "192.0.2.0/30"))
        bench.apply(ServiceSketch("a") { $0.has("192.0.2.3") }, ServiceSketch("b") { $0.has("192.0.2.3") })
        #expect([bench["a"], bench["b"]] == ["192.0.2.3", "192.0.2.0"])
    }

    @Test("Ranks decide, not the order in which Services are given; of equal ranks, names") func ranks() {
        var bench = Bench(.of("lan", "192.0.2.0/30"))
        bench.handle([
            .service(ServiceSketch("c").service, rank: 1), .service(ServiceSketch("b").service, rank: 2),
            .service(ServiceSketch("a").service, rank: 2), .service(ServiceSketch("d").service, rank: 0),
        ])
        #expect(["d", "c", "a", "b"].map { bench[$0] } == (0...3).map { "192.0.2.\($0)" })
    }

    @Test("A status that says something else is written again") func statusHealed() {
        var bench = Bench(.of("lan", "192.0.2.0/30", "2001:db8::/127"))
        bench.apply("a")
        #expect(bench.change(of: "a")?.status == .write)
        bench.apply("a") { $0.has("192.0.2.0") }
        #expect(bench.changes == [])
        bench.apply("a") { $0.status = nil }
        #expect(bench.change(of: "a")?.status == .write)
        bench.apply("a") { $0.status = [LoadBalancerIngress(hostname: "lb.example.org")] }
        #expect(bench.change(of: "a")?.status == .write)
        bench.apply("two") {
            $0.wants("RequireDualStack")
            $0.has("2001:db8::", "192.0.2.1")
        }
        #expect(bench["two"] == "192.0.2.1,2001:db8::")
        #expect(bench.change(of: "two")?.status == .keep)
    }

    @Test("A Service that is no longer Martlet's gives its address back, and its status is cleared") func leaves() {
        var bench = Bench(.of("lan", "192.0.2.0/32"))
        bench.apply("a")
        bench.apply("b")
        bench.apply("a") {
            $0.type = "ClusterIP"
            $0.has("192.0.2.0")
        }
        #expect([bench["a"], bench["b"]] == ["-", "192.0.2.0"])
        #expect(bench.change(of: "a")?.status == .clear)
        bench.apply("b") {
            $0.loadBalancerClass = "example.org/other"
            $0.has("203.0.113.7")
        }
        #expect(bench["b"] == "-")
        // Another controller has written its own already.
        #expect(bench.change(of: "b")?.status == .keep)
    }

    @Test("An ignored Service gives its address back, and gets one again when it is ignored no more") func ignored() {
        var bench = Bench(.of("lan", "192.0.2.0/32"))
        bench.apply("a")
        bench.apply("b")
        bench.apply("a") {
            $0.annotations["martlet.dev/ignore"] = "true"
            $0.has("192.0.2.0")
        }
        #expect([bench["a"], bench["b"]] == ["-", "192.0.2.0"])
        #expect(bench.change(of: "a")?.status == .clear)
        bench.apply("a")
        #expect(bench["a"] == "PoolExhausted")
    }

    @Test(
        "A switch that is neither true nor false is off, and warned about", arguments: ["false", "true", "yes", "True"])
    func switches(value: String) {
        var bench = Bench(.of("lan", "192.0.2.0/32"))
        bench.apply("a") { $0.annotations["martlet.dev/announce-without-endpoints"] = value }
        let warnings = bench.change(of: "a")?.warnings.map(\.reason)
        #expect(warnings == (["true", "false"].contains(value) ? [] : ["AnnotationInvalid"]))
        bench.apply("b") { $0.annotations["martlet.dev/ignore"] = value }
        #expect(bench["b"] == (value == "true" ? "-" : "PoolExhausted"))
    }

    struct Foreign: Sendable {
        let type: String?
        let loadBalancerClass: String?
        let annotations: [String: String]
        let cleared: Bool
    }

    @Test(
        "A Service that Martlet never served is touched only if it bears Martlet's mark and nobody serves its type",
        arguments: [
            Foreign(type: "ClusterIP", loadBalancerClass: nil, annotations: [:], cleared: false),
            Foreign(type: nil, loadBalancerClass: nil, annotations: [:], cleared: false),
            Foreign(
                type: "NodePort", loadBalancerClass: nil, annotations: ["martlet.dev/ip-allocated-from-pool": "p"],
                cleared: true),
            Foreign(
                type: "ClusterIP", loadBalancerClass: nil, annotations: ["metallb.io/ip-allocated-from-pool": "p"],
                cleared: true),
            Foreign(type: "LoadBalancer", loadBalancerClass: "x", annotations: [:], cleared: false),
            Foreign(
                type: "LoadBalancer", loadBalancerClass: "x", annotations: ["martlet.dev/ip-allocated-from-pool": "p"],
                cleared: false),
            Foreign(
                type: "LoadBalancer", loadBalancerClass: nil, annotations: ["martlet.dev/ignore": "true"],
                cleared: false),
            Foreign(
                type: "LoadBalancer", loadBalancerClass: nil,
                annotations: ["martlet.dev/ignore": "true", "martlet.dev/ip-allocated-from-pool": "p"], cleared: true),
            Foreign(
                type: "LoadBalancer", loadBalancerClass: "x",
                annotations: ["martlet.dev/ignore": "true", "martlet.dev/ip-allocated-from-pool": "p"], cleared: false),
        ])
    func foreign(row: Foreign) {
        var bench = Bench(.of("lan", "192.0.2.0/30"))
        bench.apply("a") {
            $0.type = row.type
            $0.loadBalancerClass = row.loadBalancerClass
            $0.annotations = row.annotations
            $0.has("192.0.2.0")
        }
        #expect(bench["a"] == "-")
        #expect(bench.engine.counts.map(\.assigned) == [0])
        #expect(bench.changes.map(\.status) == (row.cleared ? [.clear] : []))
    }

    @Test("With a class of its own, Martlet serves that class alone") func ownClass() {
        var bench = Bench(.of("lan", "192.0.2.0/30"), loadBalancerClass: "martlet.dev/lb")
        bench.apply("without")
        bench.apply("with") { $0.loadBalancerClass = "martlet.dev/lb" }
        bench.apply("other") { $0.loadBalancerClass = "x" }
        #expect([bench["without"], bench["with"], bench["other"]] == ["-", "192.0.2.0", "-"])
    }

    @Test("Nothing is told twice") func quiet() {
        var bench = Bench(.of("lan", "192.0.2.0/32"))
        bench.apply("a")
        bench.apply("b")
        bench.apply("a") { $0.has("192.0.2.0") }
        #expect(bench.changes == [])
        bench.apply("b")
        #expect(bench.changes == [])
        bench.pools(.of("lan", "192.0.2.0/32"))
        #expect(bench.changes == [])
        bench.remove("nobody")
        #expect(bench.changes == [])
    }

    @Test("The engine goes on with overlapping pools, and gives no address twice") func overlap() {
        var bench = Bench(.of("a", "192.0.2.0/31"), .of("b", "192.0.2.1-192.0.2.2"))
        for name in ["s", "t", "u", "v"] { bench.apply(name) }
        #expect(["s", "t", "u", "v"].map { bench[$0] } == ["192.0.2.0", "192.0.2.1", "192.0.2.2", "PoolExhausted"])
        #expect(bench.engine.counts.map(\.size.description) == ["2", "1"])
    }

    @Test("A plan is the engine on a snapshot: sorted by name, in the order of the input") func plan() {
        var state = ClusterState()
        state.services = [
            ServiceSketch("z").service, ServiceSketch("a").service,
            ServiceSketch("m") { $0.type = "NodePort" }.service, ServiceSketch("k") { $0.has("192.0.2.0") }.service,
        ]
        let plan = AssignmentEngine.plan(
            configuration: Configuration(pools: [.of("lan", "192.0.2.0/31")]), state: state
        ).assignments
        #expect(plan.map(\.service.name) == ["a", "k", "z"])
        #expect(plan.map { $0.addresses.first?.address.description } == [nil, "192.0.2.0", "192.0.2.1"])
        #expect(plan.map(\.reason) == [.poolExhausted, nil, nil])
    }
}

import AddressPools
import Addresses
import ClusterConfiguration
import KubernetesModel
import Testing

@testable import Assignment

@Suite("Sharing") struct SharingTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let what: String
        var pool: Pool.Sharing = .namespace
        let first: @Sendable (inout ServiceSketch) -> Void
        var secondName = "default/b"
        let second: @Sendable (inout ServiceSketch) -> Void
        /// `nil`: the two share.
        let refusal: String?
        var says = ""

        var testDescription: String { what }
    }

    static let rows = [
        Row(
            what: "one key, two ports", first: { $0.shares("k", ports: 80) }, second: { $0.shares("k", ports: 81) },
            refusal: nil),
        Row(
            what: "one key under two prefixes", first: { $0.shares("k", ports: 80) },
            second: {
                $0.annotations["metallb.universe.tf/allow-shared-ip"] = "k"
                $0.ports = [ServicePort(port: 81)]
            }, refusal: nil),
        Row(
            what: "one port, two protocols", first: { $0.shares("k", ports: 53) },
            second: {
                $0.shares("k")
                $0.ports = [ServicePort(protocol: "UDP", port: 53)]
            }, refusal: nil),
        Row(
            what: "one port", first: { $0.shares("k", ports: 80, 443) }, second: { $0.shares("k", ports: 443) },
            refusal: "SharingRefused", says: "default/a shares it, and uses port 443/TCP too."),
        Row(
            what: "two keys", first: { $0.shares("k", ports: 80) }, second: { $0.shares("l", ports: 81) },
            refusal: "SharingRefused", says: "under the key \"k\", and this Service has \"l\"."),
        Row(
            what: "no key on the first", first: { _ in }, second: { $0.shares("k", ports: 81) },
            refusal: "AddressInUse",
            says: "default/a has it and does not share it."),
        Row(
            what: "an empty key on the first", first: { $0.shares("", ports: 80) },
            second: { $0.shares("", ports: 81) },
            refusal: "AddressInUse"),
        Row(
            what: "no key on the second", first: { $0.shares("k", ports: 80) },
            second: { $0.ports = [ServicePort(port: 81)] },
            refusal: "SharingRefused", says: "default/a shares it, but this Service has no sharing key."),
        Row(
            what: "two namespaces, in a pool that shares within one", first: { $0.shares("k", ports: 80) },
            secondName: "other/b", second: { $0.shares("k", ports: 81) }, refusal: "SharingRefused",
            says: "the pool shares only within a namespace (sharing: Namespace)."),
        Row(
            what: "two namespaces, in a pool that shares among all", pool: .allNamespaces,
            first: { $0.shares("k", ports: 80) }, secondName: "other/b", second: { $0.shares("k", ports: 81) },
            refusal: nil),
        Row(
            what: "Local with the same selector",
            first: {
                $0.shares("k", ports: 80); $0.isLocal(["app": "web"])
            },
            second: {
                $0.shares("k", ports: 81); $0.isLocal(["app": "web"])
            }, refusal: nil),
        Row(
            what: "Local with another selector",
            first: {
                $0.shares("k", ports: 80); $0.isLocal(["app": "web"])
            },
            second: {
                $0.shares("k", ports: 81); $0.isLocal(["app": "db"])
            }, refusal: "SharingRefused",
            says: "externalTrafficPolicy Local"),
        Row(
            what: "Local and Cluster",
            first: {
                $0.shares("k", ports: 80); $0.isLocal(["app": "web"])
            },
            second: {
                $0.shares("k", ports: 81); $0.selector = ["app": "web"]
            }, refusal: "SharingRefused"),
        Row(
            what: "Local with the same selector in two namespaces", pool: .allNamespaces,
            first: {
                $0.shares("k", ports: 80); $0.isLocal(["app": "web"])
            }, secondName: "other/b",
            second: {
                $0.shares("k", ports: 81); $0.isLocal(["app": "web"])
            }, refusal: "SharingRefused"),
    ]

    @Test("Two Services that ask for one address: …", arguments: rows) func requested(row: Row) {
        var bench = Bench(.of("p", "192.0.2.0/30") { $0.sharing = row.pool })
        bench.apply("a") {
            row.first(&$0); $0.requests("192.0.2.1")
        }
        bench.apply(row.secondName) {
            row.second(&$0); $0.requests("192.0.2.1")
        }
        #expect(bench["a"] == "192.0.2.1")
        #expect(bench[row.secondName] == row.refusal ?? "192.0.2.1")
        #expect(row.says.isEmpty || bench.message(row.secondName).contains(row.says))
        #expect(bench.engine.counts.map(\.assigned) == [1])
    }

    @Test("Two Services that ask for nothing: …", arguments: rows) func unasked(row: Row) {
        var bench = Bench(.of("p", "192.0.2.0/30") { $0.sharing = row.pool })
        bench.apply("a", row.first)
        bench.apply(row.secondName, row.second)
        #expect(bench["a"] == "192.0.2.0")
        #expect(bench[row.secondName] == (row.refusal == nil ? "192.0.2.0" : "192.0.2.1"))
    }

    @Test("A shared address is free when the last leaves it") func lastLeaves() {
        var bench = Bench(.of("p", "192.0.2.1/32"))
        for (name, port) in [("a", 80), ("b", 81), ("c", 82)] { bench.apply(name) { $0.shares("k", ports: port) } }
        bench.apply("alone")
        #expect(bench.engine.services(with: .v4(.init(192, 0, 2, 1))).map(\.name) == ["a", "b", "c"])
        bench.remove("a")
        bench.remove("c")
        #expect(bench["alone"] == "PoolExhausted")
        bench.remove("b")
        #expect(bench["alone"] == "192.0.2.1")
    }

    @Test("A port that becomes free lets the next one join") func portFreed() {
        var bench = Bench(.of("p", "192.0.2.1/32"))
        bench.apply("a") { $0.shares("k", ports: 80, 443) }
        bench.apply("b") { $0.shares("k", ports: 443) }
        #expect(bench["b"] == "SharingRefused")
        bench.apply("a") { $0.shares("k", ports: 80) }
        #expect(bench["b"] == "192.0.2.1")
    }

    @Test("Whoever changes so that it clashes is the one that moves") func clash() {
        var bench = Bench(.of("p", "192.0.2.0/31"))
        bench.apply("a") { $0.shares("k", ports: 80) }
        bench.apply("b") { $0.shares("k", ports: 81) }
        bench.apply("a") { $0.shares("k", ports: 81) }
        #expect([bench["a"], bench["b"]] == ["192.0.2.1", "192.0.2.0"])
        #expect(
            bench.change(of: "a")?.releases.map(\.message) == [
                "192.0.2.0 was revoked: default/b shares it, and uses port 81/TCP too."
            ])
    }

    @Test("Two that exchange their ports at once both stay") func exchange() {
        var bench = Bench(.of("p", "192.0.2.0/31"))
        bench.apply("a") { $0.shares("k", ports: 80) }
        bench.apply("b") { $0.shares("k", ports: 81) }
        bench.apply(
            ServiceSketch("a") { $0.shares("k", ports: 81) }, ServiceSketch("b") { $0.shares("k", ports: 80) })
        #expect([bench["a"], bench["b"]] == ["192.0.2.0", "192.0.2.0"])
    }

    @Test("A pool that stops sharing among namespaces keeps the first") func narrowed() {
        var bench = Bench(.of("p", "192.0.2.0/31") { $0.sharing = .allNamespaces })
        bench.apply("x/a") { $0.shares("k", ports: 80) }
        bench.apply("y/b") { $0.shares("k", ports: 81) }
        #expect([bench["x/a"], bench["y/b"]] == ["192.0.2.0", "192.0.2.0"])
        bench.pools(.of("p", "192.0.2.0/31"))
        #expect([bench["x/a"], bench["y/b"]] == ["192.0.2.0", "192.0.2.1"])
    }
}

import Addresses
import ClusterConfiguration
import Testing

@testable import Announcement

@Suite("Owners by segment: who is heard where") struct SegmentTests {
    private static func cluster(_ advertisement: Layer2Advertisement = Layer2Advertisement(name: "all")) -> Cluster {
        var cluster = Cluster([NodeView("n1"), NodeView("n2"), NodeView("n3")], layer2: [advertisement])
        cluster.services = [makeService()]
        return cluster
    }

    private static let web = address("192.0.2.10")

    @Test("Alone on every segment: announced on all interfaces, also those to come") func alone() {
        var engine = Self.cluster().engine()
        _ = engine.apply(.segments(["eth0": [], "eth1": ["n1"]]))
        #expect(engine.localAddresses == [Self.web: .all])
    }

    @Test("Interfaces named: only those of them that there are") func named() {
        var engine = Self.cluster(Layer2Advertisement(name: "a", interfaces: .named(["eth1", "eth7"]))).engine()
        _ = engine.apply(.segments(["eth0": [], "eth1": []]))
        #expect(engine.localAddresses == [Self.web: .named(["eth1"])])
        #expect(engine.plan().silentLines == ["layer2 n2 NotHeard", "layer2 n3 NotHeard"])
    }

    @Test("None of the interfaces is there: InterfaceMissing here, NotHeard elsewhere") func missing() {
        var engine = Self.cluster(Layer2Advertisement(name: "a", interfaces: .named(["eth7"]))).engine()
        let changes = engine.apply(.segments(["eth0": []]))
        #expect(engine.localAddresses.isEmpty)
        #expect(changes.layer2.allSatisfy { $0 == .withdraw(Self.web) })
        #expect(
            engine.plan().silentLines == [
                "layer2 n1 InterfaceMissing", "layer2 n2 NotHeard", "layer2 n3 NotHeard",
            ])
    }

    @Test("Each segment has its own owner, and the node that hears nobody owns there alone") func split() {
        // Take the node that does not win among all three; on the other segment it is alone.
        var engine = Self.cluster().engine()
        let owner = engine.plan().layer2[0].node
        let other = ["n1", "n2", "n3"].first { $0 != owner } ?? ""
        engine = Self.cluster().engine(on: other)
        #expect(engine.localAddresses.isEmpty)
        let changes = engine.apply(.segments(["eth0": ["n1", "n2", "n3"], "eth1": []]))
        #expect(changes.layer2 == [.announce(Self.web, .named(["eth1"]))])
        let nodes = engine.plan().layer2.map { "\($0.node) \($0.interfaces)" }
        #expect(nodes == ["\(other) named(Set([\"eth1\"]))", "\(owner) named(Set([\"eth0\"]))"].sorted())
    }

    @Test("A dead node's addresses move, the others stay; it is NotHeard") func death() {
        var cluster = Self.cluster()
        cluster.services = (0..<60).map { makeService("s\($0)", "192.0.2.\($0 + 1)") }
        var engine = cluster.engine()
        _ = engine.apply(.segments(["eth0": ["n1", "n2", "n3"]]))
        for announcement in engine.plan().layer2 {
            _ = engine.apply(holder: announcement.node, of: announcement.address, on: "eth0")
        }
        let before = engine.plan()
        let changes = engine.apply(.segments(["eth0": ["n1", "n2"]]))
        let after = engine.plan()
        #expect(after.layer2.count == 60)
        let kept = before.layer2.filter { $0.node != "n3" }
        #expect(Set(kept).isSubset(of: Set(after.layer2)))
        #expect(Set(after.layer2.map(\.node)) == ["n1", "n2"])
        #expect(after.layer2.filter { $0.node == "n1" }.count == 30)
        #expect(changes.layer2.count == 10)
        #expect(Set(after.silent.filter { $0.node == "n3" }.map(\.reason)) == [.notHeard])
    }

    @Test("Nobody eligible is heard: nobody owns, until somebody is") func nobody() {
        var cluster = Self.cluster(Layer2Advertisement(name: "a", nodeSelectors: [selector("zone", "west")]))
        cluster.nodes[1].labels = ["zone": "west"]
        var engine = cluster.engine()
        _ = engine.apply(.segments(["eth0": ["n1", "n3"]]))
        #expect(engine.plan().layer2.isEmpty)
        #expect(engine.plan().silentLines.contains("layer2 n2 NotHeard"))
        _ = engine.apply(.segments(["eth0": ["n1", "n2"]]))
        #expect(engine.plan().layer2.map(\.node) == ["n2"])
    }

    @Test("A stranger answers: silent with the reason, and the address stays with its owner") func conflict() {
        var cluster = Self.cluster()
        cluster.nodes = [NodeView("n1")]
        var engine = cluster.engine()
        let changes = engine.apply(conflict: "02:00:00:00:00:09 answers for it on eth0.", of: Self.web)
        #expect(changes.layer2 == [.withdraw(Self.web)])
        let plan = engine.plan()
        #expect(plan.layer2.isEmpty)
        #expect(plan.silentLines == ["layer2 n1 Conflict"])
        #expect(plan.silent[0].message.contains("02:00:00:00:00:09"))
        #expect(engine.apply(conflict: nil, of: Self.web).layer2 == [.announce(Self.web, .all)])
    }
}

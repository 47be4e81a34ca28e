import Addresses
import ClusterConfiguration
import Testing

@testable import Announcement

@Suite("A holder keeps its address") struct HolderTests {
    private static let web = address("192.0.2.10")

    private static func owner(_ engine: WatchedEngine) -> String? { engine.plan().layer2.first?.node }

    /// A cluster of three nodes with one address, and the node that the election gives it to.
    private static func cluster(
        _ change: (inout Cluster) -> Void = { _ in }
    ) -> (cluster: Cluster, elected: String, others: [String]) {
        var cluster = Cluster(
            [NodeView("n1"), NodeView("n2"), NodeView("n3")], layer2: [Layer2Advertisement(name: "all")])
        cluster.services = [makeService()]
        let elected = cluster.plan.layer2.first?.node ?? ""
        change(&cluster)
        return (cluster, elected, ["n1", "n2", "n3"].filter { $0 != elected })
    }

    @Test("against a healthy node that the election would prefer") func kept() {
        let (cluster, elected, others) = Self.cluster()
        for holder in others {
            var engine = cluster.engine(on: holder)
            #expect(engine.apply(holder: holder, of: Self.web).layer2 == [.announce(Self.web, .all)])
            #expect(Self.owner(engine) == holder)
            // No longer: back to the election.
            #expect(engine.apply(holder: nil, of: Self.web).layer2 == [.withdraw(Self.web)])
            #expect(Self.owner(engine) == elected)
        }
    }

    @Test("but not when it is cordoned and another can") func cordoned() {
        let (cluster, _, others) = Self.cluster()
        var engine = cluster.engine()
        _ = engine.apply(holder: others[0], of: Self.web)
        _ = engine.apply(
            cluster.nodes.map { node in
                var node = node
                node.drain = node.name == others[0] ? .cordon : nil
                return node
            })
        #expect(Self.owner(engine) != others[0])
        // All are: it keeps it.
        _ = engine.apply(cluster.nodes.map { NodeView($0.name, drain: .cordon) })
        #expect(Self.owner(engine) == others[0])
    }

    @Test("but not when it is no longer heard, and again when it is and still holds it") func lost() {
        let (cluster, _, others) = Self.cluster()
        var engine = cluster.engine(on: others[1])
        _ = engine.apply(.segments(["eth0": ["n1", "n2", "n3"]]))
        _ = engine.apply(holder: others[0], of: Self.web, on: "eth0")
        #expect(Self.owner(engine) == others[0])
        _ = engine.apply(.segments(["eth0": Set(["n1", "n2", "n3"]).subtracting([others[0]])]))
        #expect(Self.owner(engine) != others[0])
        _ = engine.apply(.segments(["eth0": ["n1", "n2", "n3"]]))
        #expect(Self.owner(engine) == others[0])
    }

    @Test("also against a node of more weight") func weight() {
        let (cluster, elected, others) = Self.cluster { cluster in
            for index in cluster.nodes.indices { cluster.nodes[index].labels = ["name": cluster.nodes[index].name] }
        }
        var configuration = cluster.configuration
        configuration.layer2Advertisements[0].preferences = [
            NodePreference(weight: 1, selector: selector("name", elected))
        ]
        var engine = cluster.engine()
        _ = engine.apply(configuration)
        #expect(Self.owner(engine) == elected)
        _ = engine.apply(holder: others[0], of: Self.web)
        #expect(Self.owner(engine) == others[0])
        _ = engine.apply(holder: nil, of: Self.web)
        #expect(Self.owner(engine) == elected)
    }

    @Test("but not one that is not eligible, or unknown") func notEligible() {
        let (cluster, elected, others) = Self.cluster()
        var engine = cluster.engine()
        _ = engine.apply(holder: "stranger", of: Self.web)
        #expect(Self.owner(engine) == elected)
        _ = engine.apply(holder: others[0], of: Self.web)
        _ = engine.apply(cluster.nodes.filter { $0.name != others[0] })
        #expect(Self.owner(engine) != nil)
        #expect(Self.owner(engine) != others[0])
        // It comes back, and still holds it.
        _ = engine.apply(cluster.nodes)
        #expect(Self.owner(engine) == others[0])
    }

    @Test("and what holders have left uneven, new addresses level out") func levelling() {
        var cluster = Self.cluster().cluster
        cluster.services = (0..<30).map { makeService("s\($0)", "192.0.2.\($0 + 1)") }
        var engine = cluster.engine()
        for service in cluster.services.prefix(10) { _ = engine.apply(holder: "n1", of: service.addresses[0].address) }
        let owners = engine.plan().layer2.map(\.node)
        #expect(["n1", "n2", "n3"].map { node in owners.count { $0 == node } } == [10, 10, 10])
    }

    @Test("In preemption Always, against nobody") func preemption() {
        let tiers = [
            Eligibility.Tier(standing: 0, weight: 5, nodes: NodeSet([0])),
            Eligibility.Tier(standing: 0, weight: 1, nodes: NodeSet([1])),
            Eligibility.Tier(standing: 1, weight: 9, nodes: NodeSet([2])),
        ]
        let heard = NodeSet([0, 1, 2])
        let never = Eligibility(tiers: tiers.reversed())
        #expect((0...3).map { never?.retains($0, among: heard) } == [true, true, false, false])
        let always = Eligibility(tiers: tiers, preemption: .always)
        #expect((0...3).map { always?.retains($0, among: heard) } == [false, false, false, false])
        #expect((0...3).map { always?.isOfBestStanding($0, among: heard) } == [true, true, false, false])
        #expect(always?.electorate(among: heard) == NodeSet([0]))
        #expect(always?.electorate(among: NodeSet([1, 2])) == NodeSet([1]))
        #expect(always?.electorate(among: NodeSet()) == NodeSet())
    }
}

import Addresses
import BGP
import ClusterConfiguration
import Testing

@testable import Announcement

@Suite("The engine returns differences, and nothing else") struct EngineDifferenceTests {
    private static func cluster() -> Cluster {
        var cluster = Cluster(
            [NodeView("n1")], layer2: [Layer2Advertisement(name: "all")],
            bgp: [BGPRouteAdvertisement(name: "all", localPreference: 100)],
            peers: [peer("a"), peer("b", asn: 64512), peer("c")])
        cluster.services = [makeService()]
        return cluster
    }

    private static let web = address("192.0.2.10")

    @Test("A Service comes, changes nothing that matters, and goes") func service() {
        var cluster = Self.cluster()
        cluster.services = []
        var engine = cluster.engine()
        let changes = engine.apply(makeService())
        #expect(changes.layer2 == [.announce(Self.web, .all)])
        // Peers that are told the same are told at once.
        #expect(
            changes.routes == [
                .advertise(prefix("192.0.2.10/32"), RouteAttributes(), peers: ["a", "c"]),
                .advertise(prefix("192.0.2.10/32"), RouteAttributes(localPreference: 100), peers: ["b"]),
            ])
        #expect(engine.apply(makeService()).isEmpty)
        #expect(engine.apply(makeService(labels: ["app": "web"])).isEmpty)
        #expect(engine.apply(makeService(endpoints: ServiceEndpoints(nodes: ["n1"]))).isEmpty)
        let gone = engine.remove(name("web"))
        #expect(gone.layer2 == [.withdraw(Self.web)])
        #expect(gone.routes == [.withdraw(prefix("192.0.2.10/32"), peers: ["a", "b", "c"])])
        #expect(engine.remove(name("web")).isEmpty)
        #expect(engine.localAddresses.isEmpty && engine.localRoutes.isEmpty)
    }

    @Test("The address of a Service changes: the old is withdrawn, the new announced") func move() {
        var engine = Self.cluster().engine()
        let changes = engine.apply(makeService("web", "192.0.2.11"))
        #expect(changes.layer2 == [.withdraw(Self.web), .announce(address("192.0.2.11"), .all)])
        #expect(
            changes.routes.map(\.prefix) == [prefix("192.0.2.10/32"), prefix("192.0.2.11/32"), prefix("192.0.2.11/32")])
    }

    @Test("An aggregate goes with the last of its addresses") func aggregate() {
        var cluster = Self.cluster()
        cluster.configuration.bgpAdvertisements[0].aggregationLength = 24
        var engine = cluster.engine()
        #expect(engine.apply(makeService("api", "192.0.2.99", "192.0.2.98")).routes.isEmpty)
        #expect(engine.remove(name("web")).routes.isEmpty)
        #expect(engine.remove(name("api")).routes == [.withdraw(prefix("192.0.2.0/24"), peers: ["a", "b", "c"])])
    }

    @Test("Two Services of one address: it goes with the last") func shared() {
        var engine = Self.cluster().engine()
        #expect(engine.apply(makeService("api")).isEmpty)
        #expect(engine.remove(name("web")).isEmpty)
        #expect(engine.remove(name("api")).layer2 == [.withdraw(Self.web)])
    }

    @Test("One peer's change concerns that peer only") func peers() {
        let cluster = Self.cluster()
        var engine = cluster.engine()
        var configuration = cluster.configuration
        configuration.peers.removeLast()
        #expect(engine.apply(configuration).routes == [.withdraw(prefix("192.0.2.10/32"), peers: ["c"])])
        configuration.bgpAdvertisements.append(
            BGPRouteAdvertisement(name: "more", peers: ["a"], localPreference: 100, communities: [.noExport]))
        #expect(
            engine.apply(configuration).routes == [
                .advertise(prefix("192.0.2.10/32"), RouteAttributes(communities: [.noExport]), peers: ["a"])
            ])
        // What does not concern announcing changes nothing.
        configuration.peers[0].holdTime = .seconds(30)
        configuration.pools[0].autoAssign = false
        #expect(engine.apply(configuration).isEmpty)
    }

    @Test("An advertisement in error is left out, and comes into force once it is fixed") func preferences() {
        let cluster = Self.cluster()
        var engine = cluster.engine()
        var configuration = cluster.configuration
        configuration.bgpAdvertisements.append(
            BGPRouteAdvertisement(name: "late", localPreference: 200, communities: [.noExport]))
        #expect(engine.apply(configuration).isEmpty)
        #expect(engine.problems.map(\.severity) == [.error])
        configuration.bgpAdvertisements[1].localPreference = 100
        #expect(engine.apply(configuration).routes.count == 2)
        #expect(engine.problems.isEmpty)
    }

    @Test("Nodes: what does not matter changes nothing, what does changes what it must") func nodes() {
        let cluster = Self.cluster()
        var engine = cluster.engine()
        #expect(engine.apply([NodeView("n1", labels: ["x": "y"])]).isEmpty)
        // A node that can announce nothing.
        #expect(engine.apply([NodeView("n1"), NodeView("n2", labels: [NodeView.excludeLabel: ""])]).isEmpty)
        // The local node cannot.
        let changes = engine.apply([NodeView("n1", network: .unavailable)])
        #expect(changes.layer2 == [.withdraw(Self.web)])
        #expect(changes.routes == [.withdraw(prefix("192.0.2.10/32"), peers: ["a", "b", "c"])])
        // The local node is not among the nodes.
        #expect(engine.apply([NodeView("n2")]).isEmpty)
        #expect(engine.apply([]).layer2 == [.announce(Self.web, .all)])
    }

    @Test("A node that is not eligible comes and goes on the segment: nothing changes") func unrelated() {
        var cluster = Self.cluster()
        cluster.nodes = [NodeView("n1"), NodeView("n2", labels: [NodeView.excludeLabel: ""])]
        cluster.services = (1...50).map { makeService("s\($0)", "192.0.2.\($0)") }
        var engine = cluster.engine()
        #expect(engine.apply(.segments(["eth0": ["n1"]])).isEmpty)
        #expect(engine.apply(.segments(["eth0": ["n1", "n2"]])).isEmpty)
        #expect(engine.apply(.segments(["eth0": ["n1", "nobody knows me"]])).isEmpty)
        // A new interface on which the local node owns everything: still all interfaces.
        #expect(engine.apply(.segments(["eth0": ["n1"], "eth1": []])).isEmpty)
    }
}

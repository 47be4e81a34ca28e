import Addresses
import ClusterConfiguration
import KubernetesModel
import TestSupport
import Testing

@testable import Announcement

/// What an event costs, counted in what the engine looks at.
@Suite("The cost of announcing follows what matches") struct CostTests {
    private static let nodes = (1...4).map { NodeView("n\($0)") }

    @Test(
        "N Services share an address → each event weighs what they say differently, not each of them",
        arguments: [500, 4_000])
    func shared(count: Int) {
        var engine = AnnouncementEngine(localNode: "n1")
        engine.apply(Cluster([], layer2: [Layer2Advertisement(name: "all")]).configuration)
        engine.apply(Self.nodes)
        // Two kinds: what most say, and what is said where the endpoints of a Service have just moved.
        func service(_ number: Int) -> AnnouncedService {
            makeService(
                "s\(number)", policy: .local,
                endpoints: ServiceEndpoints(nodes: number.isMultiple(of: 2) ? ["n1", "n2"] : ["n2", "n3"]))
        }
        for number in 0..<count { engine.apply(service(number)) }
        #expect(engine.effort.claimsWeighed <= 2 * count)
        #expect(engine.roles(of: address("192.0.2.10")).isEmpty && engine.knows(address("192.0.2.10")))
        #expect(engine.plan(for: name("s0")).layer2Lines == ["s0 192.0.2.10 n2"])

        for event in 0..<4 {
            let before = engine.effort.claimsWeighed
            switch event {
            case 0: engine.apply(service(count))
            case 1: engine.remove(name("s0"))
            case 2: engine.apply(holder: "n2", of: address("192.0.2.10"))
            default: engine.apply(Self.nodes + [NodeView("n5")])
            }
            #expect(engine.effort.claimsWeighed - before <= 2, "event \(event)")
        }
        #expect(engine.services(at: address("192.0.2.10")).count == count)
        for number in 1...count { engine.remove(name("s\(number)")) }
        #expect(!engine.knows(address("192.0.2.10")))
    }

    @Test(
        "N advertisements, each of a pool or a label of its own → a Service tries those that match",
        arguments: [10, 1_000])
    func advertisements(count: Int) {
        var engine = AnnouncementEngine(localNode: "n1")
        let numbers = Array(0..<count)
        var configuration = Configuration(
            layer2Advertisements: numbers.map {
                Layer2Advertisement(name: "l\($0)", serviceSelectors: [selector("app", "a\($0)")])
            },
            bgpAdvertisements: numbers.map { BGPRouteAdvertisement(name: "b\($0)", pools: .named(["p\($0)"])) },
            peers: [peer("tor")])
        configuration.pools = numbers.map { Pool(name: "p\($0)", ranges: [range("10.\($0 / 256).\($0 % 256).0/24")]) }
        engine.apply(configuration)
        engine.apply(Self.nodes)
        #expect(engine.effort.advertisementsTried == 0)

        engine.apply(makeService("web", "10.0.7.1", pool: "p7", labels: ["app": "a3"]))
        #expect(engine.effort.advertisementsTried == 2)
        let plan = engine.plan(for: name("web"))
        #expect(plan.layer2Lines.count == 1)
        #expect(plan.bgpLines == Self.nodes.map { "10.0.7.1/32 \($0.name)>tor" })

        engine.apply(makeService("web", "10.0.7.1", pool: "p7", labels: ["app": "none"]))
        #expect(engine.effort.advertisementsTried == 3)
        #expect(engine.plan(for: name("web")).layer2Lines.isEmpty)
    }

    @Test(
        "random Services → each node stands as many places below the best as it serves fewer of them",
        arguments: [UInt64(1), 2, 3])
    func standings(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        func nodes() -> NodeSet { NodeSet((0..<6).filter { _ in Bool.random(using: &random) }) }
        func services() -> [Eligibility.Served] {
            (0..<Int.random(in: 0...5, using: &random)).map { _ in
                Eligibility.Served(nodes: nodes(), count: Int.random(in: 1...4, using: &random))
            }
        }
        for _ in 0..<500 {
            let (ready, terminating, last) = (services(), services(), nodes())
            func served(_ node: Int, _ services: [Eligibility.Served]) -> Int {
                services.reduce(0) { $1.nodes.contains(node) ? $0 + $1.count : $0 }
            }
            let isReady = (0..<6).map { served($0, ready) > 0 }
            let all = ready.reduce(0) { $1.nodes.isEmpty ? $0 : $0 + $1.count }
            let rest = terminating.reduce(0) { sum, service in
                service.nodes.members.allSatisfy { isReady[$0] } ? sum : sum + service.count
            }
            var expected: [Int: Int] = [:]
            for node in 0..<6 {
                if isReady[node] {
                    expected[node] = all - served(node, ready) + (last.contains(node) ? all : 0)
                } else if served(node, terminating) > 0 {
                    expected[node] = 2 * all + rest - served(node, terminating) + (last.contains(node) ? rest : 0)
                }
            }
            let eligibility = Eligibility(services: ready, terminating: terminating, last: last)
            var standings: [Int: Int] = [:]
            for tier in eligibility?.tiers ?? [] { for node in tier.nodes.members { standings[node] = tier.standing } }
            #expect(standings == expected, "seed \(seed)")
        }
    }

    @Test(
        "N advertisements that set different values for pools of their own → none excludes another; of one pool → the first"
    )
    func settings() {
        let configuration = Configuration(
            pools: (0..<200).map { Pool(name: "p\($0)", ranges: [range("10.0.\($0).0/24")]) },
            bgpAdvertisements: (0..<400).map {
                BGPRouteAdvertisement(
                    name: "b\($0)", pools: .named(["p\($0 % 200)"]), localPreference: UInt32($0 < 200 ? $0 : 1_000 + $0)
                )
            }, peers: [peer("tor")])
        let (kept, problems) = RouteSettingRule.resolve(configuration, nodes: Self.nodes)
        #expect(kept.map(\.name) == (0..<200).map { "b\($0)" })
        #expect(problems.count == 200)
        #expect(problems.first?.message.contains("b0,") == true)
    }
}

import BGP
import ClusterConfiguration
import KubernetesModel
import Testing

@testable import Announcement

@Suite("Two values for what a route has one of") struct RouteSettingRuleTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var first = advertisement("a", 100)
        var later = advertisement("b", 200)
        var peers = [peer("tor", asn: 64512)]
        var nodes = [NodeView("n1", labels: ["zone": "west"]), NodeView("n2", labels: ["zone": "east"])]
        var isError: Bool
    }

    static func advertisement(
        _ name: String, _ preference: UInt32?, _ change: (inout BGPRouteAdvertisement) -> Void = { _ in }
    )
        -> BGPRouteAdvertisement
    {
        var result = BGPRouteAdvertisement(name: name, localPreference: preference, namespace: "martlet-system")
        change(&result)
        return result
    }

    private static let west = [selector("zone", "west")]
    private static let east = [selector("zone", "east")]

    static let rows: [Row] = [
        Row(testDescription: "all alike but the value", isError: true),
        Row(
            testDescription: "none twice", first: advertisement("a", nil), later: advertisement("b", nil),
            isError: false),
        Row(testDescription: "the same value", later: advertisement("b", 100), isError: false),
        Row(testDescription: "none and a value", later: advertisement("b", nil), isError: true),
        Row(
            testDescription: "other aggregation lengths in both families",
            later: advertisement("b", 200) { ($0.aggregationLength, $0.aggregationLengthV6) = (24, 64) }, isError: false
        ),
        Row(
            testDescription: "another length in one family, and the other family is not carried",
            later: advertisement("b", 200) { $0.aggregationLength = 24 }, isError: false),
        Row(
            testDescription: "another length in one family, and the peer carries both",
            later: advertisement("b", 200) { $0.aggregationLength = 24 },
            peers: [peer("tor", asn: 64512, dualStack: true)], isError: true),
        Row(
            testDescription: "other nodes", first: advertisement("a", 100) { $0.nodeSelectors = west },
            later: advertisement("b", 200) { $0.nodeSelectors = east }, isError: false),
        Row(
            testDescription: "some nodes of all", later: advertisement("b", 200) { $0.nodeSelectors = east },
            isError: true),
        Row(
            testDescription: "selected nodes do not exist",
            later: advertisement("b", 200) {
                $0.nodeSelectors = [selector("zone", "south")]
            }, isError: false),
        Row(
            testDescription: "other peers", first: advertisement("a", 100) { $0.peers = ["tor"] },
            later: advertisement("b", 200) { $0.peers = ["spine"] }, isError: false),
        Row(
            testDescription: "one peer of all", later: advertisement("b", 200) { $0.peers = ["tor"] }, isError: true),
        Row(
            testDescription: "the common peer is for other nodes",
            later: advertisement("b", 200) { $0.nodeSelectors = east },
            peers: [peer("tor", asn: 64512, nodes: west)], isError: false),
        Row(testDescription: "no peer exists yet", peers: [], isError: true),
        Row(
            testDescription: "towards another AS it would not be sent, but it is still a contradiction",
            peers: [peer("tor")], isError: true),
        Row(
            testDescription: "other pools", first: advertisement("a", 100) { $0.pools = .named(["lan"]) },
            later: advertisement("b", 200) { $0.pools = .named(["dmz"]) }, isError: false),
        Row(
            testDescription: "other pools, that one aggregate covers",
            first: advertisement("a", 100) { ($0.pools, $0.aggregationLength) = (.named(["lan"]), 16) },
            later: advertisement("b", 200) { ($0.pools, $0.aggregationLength) = (.named(["near"]), 16) }, isError: true),
        Row(
            testDescription: "a pool that does not exist",
            later: advertisement("b", 200) { $0.pools = .named(["none"]) },
            isError: false),
        Row(
            testDescription: "the Services must bring them together",
            later: advertisement("b", 200) { $0.serviceSelectors = [selector("app", "web")] }, isError: false),
    ]

    static func configuration(_ row: Row) -> Configuration {
        Configuration(
            pools: [
                Pool(name: "lan", ranges: [range("192.0.2.0/25"), range("2001:db8::/120")]),
                Pool(name: "dmz", ranges: [range("198.51.100.0/24")]),
                Pool(name: "near", ranges: [range("192.0.3.0/25")]),
            ], bgpAdvertisements: [row.first, row.later], peers: row.peers)
    }

    @Test("The later one is invalid", arguments: rows) func errors(_ row: Row) {
        let (kept, problems) = RouteSettingRule.resolve(Self.configuration(row), nodes: row.nodes)
        #expect(kept.map(\.name) == (row.isError ? ["a"] : ["a", "b"]))
        #expect(problems.count == (row.isError ? 1 : 0))
        for problem in problems {
            #expect(problem.severity == .error)
            #expect(problem.object?.description == "BGPAdvertisement/martlet-system/b")
            #expect(problem.field == "spec.localPref")
            #expect(problem.message.contains("BGPAdvertisement/martlet-system/a"))
        }
    }

    @Test("Each setting that differs is named") func everySetting() {
        let row = Row(
            testDescription: "",
            first: Self.advertisement("a", 100) { ($0.multiExitDiscriminator, $0.prepending) = (0, 1) },
            later: Self.advertisement("b", 100) { ($0.weighsEndpoints, $0.prepending) = (true, 2) }, isError: true)
        let (kept, problems) = RouteSettingRule.resolve(Self.configuration(row), nodes: row.nodes)
        #expect(kept.map(\.name) == ["a"])
        #expect(problems.map(\.field) == ["spec.med", "spec.asPathPrepend", "spec.linkBandwidth"])
        #expect(
            problems.map { $0.message.prefix { $0 != ";" } }.first?.hasPrefix("(none) differs from the 0 of") == true)
    }

    @Test("Where only Services bring two values together, the first that is set counts for each setting") func each() {
        let web = [selector("app", "web")]
        var cluster = Cluster(
            [NodeView("n1")],
            bgp: [
                Self.advertisement("a", nil) { $0.multiExitDiscriminator = 5 },
                Self.advertisement("b", 200) {
                    ($0.serviceSelectors, $0.multiExitDiscriminator, $0.prepending) = (web, 6, 2)
                },
            ], peers: [peer("tor")])
        cluster.services = [makeService("web", "192.0.2.2", labels: ["app": "web"])]
        let plan = cluster.plan
        #expect(plan.bgp.map(\.attributes.multiExitDiscriminator) == [5])
        #expect(plan.bgp.map(\.attributes.prepending) == [2])
        #expect(plan.problems.map(\.field) == ["spec.med"])
    }

    @Test("What is left out contradicts nobody") func leftOut() {
        let configuration = Configuration(
            pools: [Pool(name: "lan", ranges: [range("192.0.2.0/24")])],
            bgpAdvertisements: [
                Self.advertisement("a", 100), Self.advertisement("b", 200), Self.advertisement("c", 100),
            ], peers: [peer("tor")])
        let (kept, problems) = RouteSettingRule.resolve(configuration, nodes: [NodeView("n1")])
        #expect(kept.map(\.name) == ["a", "c"])
        #expect(problems.map { $0.object?.name.name } == ["b"])
    }

    @Test("Where only Services bring them together, the first value counts and a warning names both") func warning() {
        let web = [selector("app", "web")]
        var cluster = Cluster(
            [NodeView("n1")],
            bgp: [
                Self.advertisement("a", 100), Self.advertisement("b", 200) { $0.serviceSelectors = web },
            ], peers: [peer("tor", asn: 64512)])
        cluster.services = [makeService("api", "192.0.2.1")]
        #expect(cluster.plan.problems.isEmpty)
        cluster.services.append(makeService("web", "192.0.2.2", labels: ["app": "web"]))
        let plan = cluster.plan
        #expect(plan.bgp.map(\.localPreference) == [100, 100])
        #expect(plan.problems.map(\.severity) == [.warning])
        #expect(plan.problems[0].object?.description == "BGPAdvertisement/martlet-system/b")
        #expect(plan.problems[0].field == "spec.localPref")
        #expect(plan.problems[0].message.contains("BGPAdvertisement/martlet-system/a"))

        // The engine of a node knows it from the node's own routes, until the Service is gone.
        var engine = cluster.engine()
        #expect(engine.problems == plan.problems)
        _ = engine.remove(name("web"))
        #expect(engine.problems.isEmpty)
    }
}

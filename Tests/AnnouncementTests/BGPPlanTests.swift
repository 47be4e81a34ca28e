import Addresses
import BGP
import ClusterConfiguration
import Testing

@testable import Announcement

@Suite("Who tells which router of what, and why the others do not") struct BGPPlanTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var nodes: [NodeView] = [NodeView("n1")]
        var advertisements = [BGPRouteAdvertisement(name: "all")]
        var peers = [peer("tor")]
        var service = makeService()
        var announcing: [String] = []
        var silent: [String] = []
    }

    private static let west = selector("zone", "west")
    private static let inWest = ["zone": "west"]

    static let rows: [Row] = [
        Row(
            testDescription: "every node tells the peer", nodes: [NodeView("n1"), NodeView("n2")],
            announcing: ["192.0.2.10/32 n1>tor", "192.0.2.10/32 n2>tor"]),
        Row(
            testDescription: "NoAdvertisement",
            advertisements: [BGPRouteAdvertisement(name: "other", pools: .named(["other"]))],
            silent: ["bgp n1 NoAdvertisement"]),
        Row(
            testDescription: "NotSelected", nodes: [NodeView("n1"), NodeView("n2", labels: inWest)],
            advertisements: [BGPRouteAdvertisement(name: "west", nodeSelectors: [west])],
            announcing: ["192.0.2.10/32 n2>tor"], silent: ["bgp n1 NotSelected"]),
        Row(
            testDescription: "Excluded", nodes: [NodeView("n1", labels: [NodeView.excludeLabel: ""])],
            silent: ["bgp n1 Excluded"]),
        Row(
            testDescription: "NetworkUnavailable", nodes: [NodeView("n1", network: .unavailable)],
            silent: ["bgp n1 NetworkUnavailable"]),
        Row(testDescription: "Draining", nodes: [NodeView("n1", isDraining: true)], silent: ["bgp n1 Draining"]),
        Row(
            testDescription: "cordoned, not Ready: announces all the same",
            nodes: [NodeView("n1", isReady: false), NodeView("n2", isCordoned: true)],
            announcing: ["192.0.2.10/32 n1>tor", "192.0.2.10/32 n2>tor"]),
        Row(
            testDescription: "NoEndpoint", service: makeService(endpoints: ServiceEndpoints.none),
            silent: ["bgp n1 NoEndpoint"]),
        Row(
            testDescription: "NoLocalEndpoint", nodes: [NodeView("n1"), NodeView("n2")],
            service: makeService(policy: .local, endpoints: ServiceEndpoints(nodes: ["n2"])),
            announcing: ["192.0.2.10/32 n2>tor"], silent: ["bgp n1 NoLocalEndpoint"]),
        Row(testDescription: "PeerNotSelected: there is no peer", peers: [], silent: ["bgp n1 PeerNotSelected"]),
        Row(
            testDescription: "PeerNotSelected: the peer is for other nodes",
            nodes: [NodeView("n1"), NodeView("n2", labels: inWest)], peers: [peer("tor", nodes: [west])],
            announcing: ["192.0.2.10/32 n2>tor"], silent: ["bgp n1>tor PeerNotSelected"]),
        Row(
            testDescription: "a node with a peer of its own says nothing of those of other nodes",
            nodes: [NodeView("n1"), NodeView("n2", labels: inWest)],
            peers: [peer("east"), peer("west", nodes: [west])],
            announcing: ["192.0.2.10/32 n1>east", "192.0.2.10/32 n2>east", "192.0.2.10/32 n2>west"]),
        Row(
            testDescription: "a node that tells one peer is not silent, whomever it does not tell",
            advertisements: [BGPRouteAdvertisement(name: "a", peers: ["tor-a"])],
            peers: [peer("tor-b"), peer("tor-a")],
            announcing: ["192.0.2.10/32 n1>tor-a"]),
        Row(
            testDescription: "PeerNotSelected: the advertisement names another peer",
            advertisements: [BGPRouteAdvertisement(name: "a", peers: ["tor-a"])], peers: [peer("tor-b")],
            silent: ["bgp n1>tor-b PeerNotSelected"]),
        Row(
            testDescription: "PeerNotSelected: two peers, neither of which is told, are one silence",
            advertisements: [BGPRouteAdvertisement(name: "a", peers: ["tor-a"])],
            peers: [peer("tor-b"), peer("tor-c")], silent: ["bgp n1 PeerNotSelected"]),
        Row(
            testDescription: "PeerNotSelected: IPv6 over an IPv4 session", service: makeService("web", "2001:db8::1"),
            silent: ["bgp n1>tor PeerNotSelected"]),
        Row(
            testDescription: "each family over its own session", peers: [peer("v4"), peer("v6", "fd00::1")],
            service: makeService("web", "192.0.2.1", "2001:db8::1"),
            announcing: ["192.0.2.1/32 n1>v4", "2001:db8::1/128 n1>v6"]),
        Row(
            testDescription: "dualStackAddressFamily: both over one session", peers: [peer("tor", dualStack: true)],
            service: makeService("web", "192.0.2.1", "2001:db8::1"),
            announcing: ["192.0.2.1/32 n1>tor", "2001:db8::1/128 n1>tor"]),
        Row(
            testDescription: "unnumbered: both",
            peers: [
                Peer(name: "tor", myASN: 64512, remoteAS: .external, endpoint: .unnumbered(interface: "eth0"))
            ], service: makeService("web", "192.0.2.1", "2001:db8::1"),
            announcing: ["192.0.2.1/32 n1>tor", "2001:db8::1/128 n1>tor"]),
        Row(
            testDescription: "aggregated, each family by its length",
            advertisements: [BGPRouteAdvertisement(name: "wide", aggregationLength: 24, aggregationLengthV6: 64)],
            peers: [peer("tor", dualStack: true)], service: makeService("web", "192.0.2.1", "2001:db8::1"),
            announcing: ["192.0.2.0/24 n1>tor", "2001:db8::/64 n1>tor"]),
        Row(
            testDescription: "two lengths are two routes, to the peers that each names",
            advertisements: [
                BGPRouteAdvertisement(name: "wide", peers: ["a"], aggregationLength: 24),
                BGPRouteAdvertisement(name: "host"),
            ], peers: [peer("a"), peer("b")],
            announcing: ["192.0.2.0/24 n1>a", "192.0.2.10/32 n1>a", "192.0.2.10/32 n1>b"]),
    ]

    @Test("One Service", arguments: rows) func table(_ row: Row) {
        var cluster = Cluster(row.nodes, bgp: row.advertisements, peers: row.peers)
        cluster.services = [row.service]
        let plan = cluster.plan
        #expect(plan.bgpLines == row.announcing)
        #expect(plan.silentLines == row.silent)
        #expect(plan.problems.isEmpty)
        #expect(plan.silent.allSatisfy { $0.message.hasSuffix(".") })
    }

    @Test("Communities are united, sorted and without repetition; large ones too") func communities() {
        var cluster = Cluster(
            [NodeView("n1")],
            bgp: [
                BGPRouteAdvertisement(
                    name: "a", communities: [Community(64512, 7), .noExport],
                    largeCommunities: [LargeCommunity(64512, 1, 2)]),
                BGPRouteAdvertisement(
                    name: "b", communities: [Community(64512, 3), Community(64512, 7)],
                    largeCommunities: [LargeCommunity(64512, 1, 1)]),
                BGPRouteAdvertisement(name: "c", peers: ["other"], communities: [Community(1, 1)]),
            ], peers: [peer("tor")])
        cluster.services = [makeService()]
        let route = cluster.plan.bgp[0]
        #expect(route.communities == [Community(64512, 3), Community(64512, 7), .noExport])
        #expect(route.largeCommunities == [LargeCommunity(64512, 1, 1), LargeCommunity(64512, 1, 2)])
    }

    @Test("The local preference goes to peers of our AS only") func localPreference() {
        var cluster = Cluster(
            [NodeView("n1")],
            bgp: [
                BGPRouteAdvertisement(name: "a"),
                BGPRouteAdvertisement(name: "b", serviceSelectors: [selector("app", "web")], localPreference: 200),
            ],
            peers: [peer("external"), peer("internal", asn: 64512)])
        cluster.services = [makeService(labels: ["app": "web"])]
        #expect(cluster.plan.bgp.map(\.localPreference) == [nil, 200])
        // An advertisement without a local preference has no say on a route.
        #expect(cluster.plan.problems.isEmpty)
    }

    @Test("An aggregate says what all its Services bring to it") func aggregate() {
        let web = selector("app", "web")
        var cluster = Cluster(
            [NodeView("n1")],
            bgp: [
                BGPRouteAdvertisement(name: "a", aggregationLength: 24, communities: [Community(1, 1)]),
                BGPRouteAdvertisement(
                    name: "b", serviceSelectors: [web], aggregationLength: 24, communities: [Community(2, 2)]),
            ], peers: [peer("tor")])
        cluster.services = [
            makeService("api", "192.0.2.1"), makeService("web", "192.0.2.2", labels: ["app": "web"]),
        ]
        let plan = cluster.plan
        #expect(
            plan.bgp.map(\.communities) == [[Community(1, 1), Community(2, 2)], [Community(1, 1), Community(2, 2)]])
        // Asked of one Service, the answer is the same.
        #expect(cluster.engine().plan(for: name("api")).bgp == [plan.bgp[0]])
    }
}

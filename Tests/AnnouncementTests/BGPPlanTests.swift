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
            testDescription: "Excluded", nodes: [NodeView("n1", labels: [NodeView.excludeLabel: ""]), NodeView("n2")],
            announcing: ["192.0.2.10/32 n2>tor"], silent: ["bgp n1 Excluded"]),
        Row(
            testDescription: "excluded, and no other node does: it goes on",
            nodes: [NodeView("n1", labels: [NodeView.excludeLabel: ""]), NodeView("n2", network: .unavailable)],
            announcing: ["192.0.2.10/32 n1>tor"], silent: ["bgp n2 NetworkUnavailable"]),
        Row(
            testDescription: "Draining: cordoned, and another node does",
            nodes: [NodeView("n1", drain: .cordon), NodeView("n2")],
            announcing: ["192.0.2.10/32 n2>tor"], silent: ["bgp n1 Draining"]),
        Row(
            testDescription: "cordoned, and the other does for another router: that will do",
            nodes: [NodeView("n1", drain: .cordon), NodeView("n2", labels: inWest)],
            peers: [peer("east", nodes: [selector("zone", "east")]), peer("west", nodes: [west])],
            announcing: ["192.0.2.10/32 n2>west"], silent: ["bgp n1 Draining"]),
        Row(
            testDescription: "cordoned, and the other has no session: it goes on",
            nodes: [NodeView("n1", labels: inWest, drain: .cordon), NodeView("n2")],
            peers: [peer("west", nodes: [west])],
            announcing: ["192.0.2.10/32 n1>west"], silent: ["bgp n2>west PeerNotSelected"]),
        Row(
            testDescription: "cordoned, and the other is not selected: it goes on",
            nodes: [NodeView("n1", labels: inWest, drain: .cordon), NodeView("n2")],
            advertisements: [BGPRouteAdvertisement(name: "west", nodeSelectors: [west])],
            announcing: ["192.0.2.10/32 n1>tor"], silent: ["bgp n2 NotSelected"]),
        Row(
            testDescription: "cordoned, and the other has no endpoint, with Local: it goes on",
            nodes: [NodeView("n1", drain: .cordon), NodeView("n2")],
            service: makeService(policy: .local, endpoints: ServiceEndpoints(nodes: ["n1"])),
            announcing: ["192.0.2.10/32 n1>tor"], silent: ["bgp n2 NoLocalEndpoint"]),
        Row(
            testDescription: "cordoned, and the other has an endpoint of the other family only: it goes on",
            nodes: [NodeView("n1", drain: .cordon), NodeView("n2")],
            service: makeService(
                policy: .local,
                endpoints: ServiceEndpoints([
                    .ipv4: FamilyEndpoints(ready: ["n1": 1]), .ipv6: FamilyEndpoints(ready: ["n2": 1]),
                ])),
            announcing: ["192.0.2.10/32 n1>tor"], silent: ["bgp n2 NoLocalEndpoint"]),
        Row(
            testDescription: "cordoned with a ready endpoint, and the other's terminate: it goes on alone",
            nodes: [NodeView("n1", drain: .cordon), NodeView("n2")],
            service: makeService(policy: .local, endpoints: ServiceEndpoints(nodes: ["n1"], terminating: ["n2"])),
            announcing: ["192.0.2.10/32 n1>tor"], silent: ["bgp n2 NoLocalEndpoint"]),
        Row(
            testDescription: "cordoned, and the endpoints of both terminate: the other has it",
            nodes: [NodeView("n1", drain: .cordon), NodeView("n2")],
            service: makeService(policy: .local, endpoints: ServiceEndpoints(nodes: [], terminating: ["n1", "n2"])),
            announcing: ["192.0.2.10/32 n2>tor"], silent: ["bgp n1 Draining"]),
        Row(
            testDescription: "Local, a family on each node: each advertises its own",
            nodes: [NodeView("n1"), NodeView("n2")], peers: [peer("tor", dualStack: true)],
            service: makeService(
                "web", "192.0.2.1", "2001:db8::1", policy: .local,
                endpoints: ServiceEndpoints([
                    .ipv4: FamilyEndpoints(ready: ["n1": 1]), .ipv6: FamilyEndpoints(ready: ["n2": 1]),
                ])),
            announcing: ["192.0.2.1/32 n1>tor", "2001:db8::1/128 n2>tor"],
            silent: ["bgp n2 NoLocalEndpoint", "bgp n1 NoLocalEndpoint"]),
        Row(
            testDescription: "NoEndpoint: of one family", peers: [peer("tor", dualStack: true)],
            service: makeService(
                "web", "192.0.2.1", "2001:db8::1",
                endpoints: ServiceEndpoints([.ipv4: FamilyEndpoints(ready: ["n1": 1])])),
            announcing: ["192.0.2.1/32 n1>tor"], silent: ["bgp n1 NoEndpoint"]),
        Row(
            testDescription: "Local: endpoints that terminate give way to ready ones",
            nodes: [NodeView("n1"), NodeView("n2"), NodeView("n3")],
            service: makeService(
                policy: .local, endpoints: ServiceEndpoints(nodes: ["n2", "n3"], terminating: ["n1"])),
            announcing: ["192.0.2.10/32 n2>tor", "192.0.2.10/32 n3>tor"], silent: ["bgp n1 NoLocalEndpoint"]),
        Row(
            testDescription: "Local: endpoints that terminate serve while no node has a ready one",
            nodes: [NodeView("n1"), NodeView("n2")],
            service: makeService(policy: .local, endpoints: ServiceEndpoints(nodes: [], terminating: ["n1"])),
            announcing: ["192.0.2.10/32 n1>tor"], silent: ["bgp n2 NoLocalEndpoint"]),
        Row(
            testDescription: "Local: or while the node that has one tells no router",
            nodes: [NodeView("n1", labels: inWest), NodeView("n2")], peers: [peer("west", nodes: [west])],
            service: makeService(policy: .local, endpoints: ServiceEndpoints(nodes: ["n2"], terminating: ["n1"])),
            announcing: ["192.0.2.10/32 n1>west"], silent: ["bgp n2>west PeerNotSelected"]),
        Row(
            testDescription: "Local: or is not Ready",
            nodes: [NodeView("n1"), NodeView("n2", isReady: false)],
            service: makeService(policy: .local, endpoints: ServiceEndpoints(nodes: ["n2"], terminating: ["n1"])),
            announcing: ["192.0.2.10/32 n1>tor", "192.0.2.10/32 n2>tor"]),
        Row(
            testDescription: "both cordoned: both go on",
            nodes: [NodeView("n1", drain: .cordon), NodeView("n2", drain: .cordon)],
            announcing: ["192.0.2.10/32 n1>tor", "192.0.2.10/32 n2>tor"]),
        Row(
            testDescription: "NetworkUnavailable", nodes: [NodeView("n1", network: .unavailable)],
            silent: ["bgp n1 NetworkUnavailable"]),
        Row(testDescription: "Draining", nodes: [NodeView("n1", isDraining: true)], silent: ["bgp n1 Draining"]),
        Row(
            testDescription: "cordoned, not Ready: announces all the same",
            nodes: [NodeView("n1", isReady: false), NodeView("n2", drain: .cordon)],
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

    @Test("A node that is being drained and goes on says GRACEFUL_SHUTDOWN, and 0 within the AS")
    func leavingAttributes() {
        var cluster = Cluster(
            [NodeView("n1", drain: .cordon)],
            bgp: [BGPRouteAdvertisement(name: "a", localPreference: 200, communities: [Community(1, 1)])],
            peers: [peer("external"), peer("internal", asn: 64512)])
        cluster.services = [makeService()]
        let routes = cluster.plan.bgp
        #expect(routes.map(\.localPreference) == [nil, 0])
        #expect(routes.allSatisfy { $0.communities == [Community(1, 1), .gracefulShutdown] })
    }

    @Test("MED goes to every peer; the path is made longer for external ones") func metricAndPath() {
        var cluster = Cluster(
            [NodeView("n1")],
            bgp: [
                BGPRouteAdvertisement(name: "a", multiExitDiscriminator: 0, prepending: 3),
                BGPRouteAdvertisement(name: "b", serviceSelectors: [selector("app", "web")]),
            ], peers: [peer("external"), peer("internal", asn: 64512)])
        cluster.services = [makeService(labels: ["app": "web"])]
        let routes = cluster.plan.bgp.map(\.attributes)
        #expect(routes.map(\.multiExitDiscriminator) == [0, 0])
        #expect(routes.map(\.prepending) == [3, 0])
        #expect(cluster.plan.problems.isEmpty)
    }

    @Test("Link bandwidth: the node's own endpoints with Local, and none with Cluster") func linkBandwidth() {
        var cluster = Cluster(
            [NodeView("n1"), NodeView("n2")], bgp: [BGPRouteAdvertisement(name: "a", weighsEndpoints: true)],
            peers: [peer("external"), peer("internal", asn: 64512)])
        func bandwidths() -> [Float?] {
            cluster.plan.bgp.map { $0.attributes.extendedCommunities.first?.linkBandwidth }
        }
        let endpoints = ServiceEndpoints(nodes: ["n1", "n2"], counts: ["n1": 3])
        cluster.services = [makeService(policy: .local, endpoints: endpoints)]
        #expect(bandwidths() == [375_000, 375_000, 125_000, 125_000])
        let communities = cluster.plan.bgp.map(\.attributes.extendedCommunities)
        #expect(
            communities[0] == [.linkBandwidth(375_000, asn: ASN(64512), isTransitive: true)]
                && communities[1] == [.linkBandwidth(375_000, asn: ASN(64512), isTransitive: false)])
        // Of the address's family; the ready ones where there are any.
        let mixed = ServiceEndpoints([
            .ipv4: FamilyEndpoints(ready: ["n1": 2], terminating: ["n1": 3]),
            .ipv6: FamilyEndpoints(ready: ["n1": 7], terminating: ["n2": 2]),
        ])
        cluster.services = [makeService(policy: .local, endpoints: mixed)]
        #expect(bandwidths() == [250_000, 250_000])
        // No EndpointSlice at all: one on every node.
        cluster.services = [makeService(policy: .local)]
        #expect(bandwidths() == [125_000, 125_000, 125_000, 125_000])
        // Two Services behind one address: all their endpoints.
        cluster.services = [
            makeService("a", policy: .local, endpoints: endpoints),
            makeService("b", policy: .local, endpoints: endpoints),
        ]
        #expect(bandwidths().prefix(2) == [750_000, 750_000])
        // Every node serves with all endpoints.
        cluster.services = [makeService(endpoints: endpoints)]
        #expect(bandwidths() == [nil, nil, nil, nil])
        cluster.services = [
            makeService("a", policy: .local, endpoints: endpoints), makeService("b", endpoints: endpoints),
        ]
        #expect(bandwidths().prefix(2) == [nil, nil])
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

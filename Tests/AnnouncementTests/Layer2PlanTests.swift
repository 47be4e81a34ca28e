import Addresses
import ClusterConfiguration
import KubernetesModel
import Testing

@testable import Announcement

@Suite("Who announces on layer 2, and why the others do not") struct Layer2PlanTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var nodes: [NodeView] = [NodeView("n1")]
        var advertisements = [Layer2Advertisement(name: "all")]
        var service = makeService()
        /// The nodes that announce.
        var announcing: [String] = []
        var silent: [String] = []
    }

    private static let west = selector("zone", "west")

    private static func only(_ family: AddressFamily, _ node: String) -> ServiceEndpoints {
        ServiceEndpoints([family: FamilyEndpoints(ready: [node: 1])])
    }

    private static let inWest = ["zone": "west"]

    static let rows: [Row] = [
        Row(testDescription: "one node announces", announcing: ["n1"]),
        Row(testDescription: "no node object: the local one", nodes: [], announcing: ["local"]),
        Row(
            testDescription: "NoAdvertisement: there is none at all", advertisements: [],
            silent: ["layer2 n1 NoAdvertisement", "bgp n1 NoAdvertisement"]),
        Row(
            testDescription: "NoAdvertisement: of another pool",
            advertisements: [Layer2Advertisement(name: "other", pools: .named(["other"]))],
            silent: ["layer2 n1 NoAdvertisement"]),
        Row(
            testDescription: "NoAdvertisement: for other Services",
            advertisements: [Layer2Advertisement(name: "api", serviceSelectors: [selector("app", "api")])],
            silent: ["layer2 n1 NoAdvertisement"]),
        Row(
            testDescription: "of several serviceSelectors, one is enough",
            advertisements: [
                Layer2Advertisement(name: "some", serviceSelectors: [selector("app", "api"), selector("app", "web")])
            ], service: makeService(labels: ["app": "web"]), announcing: ["n1"]),
        Row(
            testDescription: "NotSelected: by no nodeSelector",
            nodes: [NodeView("n1"), NodeView("n2", labels: inWest)],
            advertisements: [Layer2Advertisement(name: "west", nodeSelectors: [west])],
            announcing: ["n2"], silent: ["layer2 n1 NotSelected"]),
        Row(
            testDescription: "Excluded", nodes: [NodeView("n1", labels: [NodeView.excludeLabel: ""]), NodeView("n2")],
            announcing: ["n2"], silent: ["layer2 n1 Excluded"]),
        Row(
            testDescription: "NetworkUnavailable", nodes: [NodeView("n1", network: .unavailable), NodeView("n2")],
            announcing: ["n2"], silent: ["layer2 n1 NetworkUnavailable"]),
        Row(
            testDescription: "Draining", nodes: [NodeView("n1", isDraining: true), NodeView("n2")],
            announcing: ["n2"], silent: ["layer2 n1 Draining"]),
        Row(
            testDescription: "NoEndpoint: on every node", nodes: [NodeView("n1"), NodeView("n2")],
            service: makeService(endpoints: ServiceEndpoints.none),
            silent: ["layer2 n1 NoEndpoint", "layer2 n2 NoEndpoint"]),
        Row(
            testDescription: "Cluster: an endpoint on an unknown node is enough",
            service: makeService(endpoints: ServiceEndpoints(nodes: ["elsewhere"])), announcing: ["n1"]),
        Row(
            testDescription: "NoLocalEndpoint: Local, and the endpoint is elsewhere",
            nodes: [NodeView("n1"), NodeView("n2")],
            service: makeService(policy: .local, endpoints: ServiceEndpoints(nodes: ["n2"])),
            announcing: ["n2"], silent: ["layer2 n1 NoLocalEndpoint"]),
        Row(
            testDescription: "NoEndpoint: the endpoints are of the other family",
            service: makeService("web", "2001:db8::1", endpoints: only(.ipv4, "n1")), silent: ["layer2 n1 NoEndpoint"]),
        Row(
            testDescription: "NoLocalEndpoint: Local, and the node's endpoint is of the other family",
            nodes: [NodeView("n1"), NodeView("n2")],
            service: makeService(
                "web", "2001:db8::1", policy: .local,
                endpoints: ServiceEndpoints([
                    .ipv4: FamilyEndpoints(ready: ["n1": 1]), .ipv6: FamilyEndpoints(ready: ["n2": 1]),
                ])),
            announcing: ["n2"], silent: ["layer2 n1 NoLocalEndpoint"]),
        Row(
            testDescription: "announce-without-endpoints: announces without any",
            service: makeService(endpoints: ServiceEndpoints.none, withoutEndpoints: true), announcing: ["n1"]),
        Row(
            testDescription: "announce-without-endpoints, of the other family: by each family for itself",
            service: makeService(
                "web", "2001:db8::1", policy: .local, endpoints: only(.ipv4, "n2"), withoutEndpoints: true),
            announcing: ["n1"]),
        Row(
            testDescription: "announce-without-endpoints: where there are some, they count",
            nodes: [NodeView("n1"), NodeView("n2")],
            service: makeService(policy: .local, endpoints: only(.ipv4, "n2"), withoutEndpoints: true),
            announcing: ["n2"], silent: ["layer2 n1 NoLocalEndpoint"]),
        Row(
            testDescription: "Local: a node with a ready endpoint before one whose endpoints terminate",
            nodes: [NodeView("n1"), NodeView("n2"), NodeView("n3")],
            service: makeService(
                policy: .local, endpoints: ServiceEndpoints(nodes: ["n2"], terminating: ["n1", "n3"])),
            announcing: ["n2"], silent: ["layer2 n1 NotElected", "layer2 n3 NotElected"]),
        Row(
            testDescription: "Local: endpoints that terminate serve while no node has a ready one",
            nodes: [NodeView("n1"), NodeView("n2")],
            service: makeService(policy: .local, endpoints: ServiceEndpoints(nodes: [], terminating: ["n2"])),
            announcing: ["n2"], silent: ["layer2 n1 NoLocalEndpoint"]),
        Row(
            testDescription: "Local: or while those that have cannot announce",
            nodes: [NodeView("n1", labels: [NodeView.excludeLabel: ""]), NodeView("n2")],
            service: makeService(policy: .local, endpoints: ServiceEndpoints(nodes: ["n1"], terminating: ["n2"])),
            announcing: ["n2"], silent: ["layer2 n1 Excluded"]),
        Row(
            testDescription: "Local: a ready endpoint on a cordoned node before one that terminates",
            nodes: [NodeView("n1", drain: .cordon), NodeView("n2")],
            service: makeService(policy: .local, endpoints: ServiceEndpoints(nodes: ["n1"], terminating: ["n2"])),
            announcing: ["n1"], silent: ["layer2 n2 NotElected"]),
        Row(
            testDescription: "Local: no weight makes up for endpoints that terminate",
            nodes: [NodeView("n1"), NodeView("n2", labels: inWest)],
            advertisements: [
                Layer2Advertisement(name: "west", preferences: [NodePreference(weight: 100, selector: west)])
            ],
            service: makeService(policy: .local, endpoints: ServiceEndpoints(nodes: ["n1"], terminating: ["n2"])),
            announcing: ["n1"], silent: ["layer2 n2 NotElected"]),
        Row(
            testDescription: "Cluster: endpoints that terminate serve from every node",
            nodes: [NodeView("n1")], service: makeService(endpoints: ServiceEndpoints(nodes: [], terminating: ["n2"])),
            announcing: ["n1"]),
        Row(
            testDescription: "Local without any slice: every node has an endpoint",
            service: makeService(policy: .local), announcing: ["n1"]),
        Row(
            testDescription: "InterfaceMissing: known to have others",
            nodes: [NodeView("n1", interfaces: ["eth0"]), NodeView("n2", interfaces: ["eth0", "eth1"])],
            advertisements: [Layer2Advertisement(name: "second", interfaces: .named(["eth1"]))],
            announcing: ["n2"], silent: ["layer2 n1 InterfaceMissing"]),
        Row(
            testDescription: "NotElected: cordoned ranks last",
            nodes: [NodeView("n1", drain: .cordon), NodeView("n2")],
            announcing: ["n2"], silent: ["layer2 n1 NotElected"]),
        Row(
            testDescription: "NotElected: not Ready ranks last",
            nodes: [NodeView("n1", isReady: false), NodeView("n2")],
            announcing: ["n2"], silent: ["layer2 n1 NotElected"]),
        Row(
            testDescription: "NotElected: NetworkUnavailable Unknown ranks last",
            nodes: [NodeView("n1", network: .unknown), NodeView("n2")],
            announcing: ["n2"], silent: ["layer2 n1 NotElected"]),
        Row(
            testDescription: "a cordoned node owns what no other can",
            nodes: [NodeView("n1", drain: .cordon), NodeView("n2", labels: [NodeView.excludeLabel: ""])],
            announcing: ["n1"], silent: ["layer2 n2 Excluded"]),
        Row(
            testDescription: "the node of most weight owns it",
            nodes: [NodeView("n1"), NodeView("n2", labels: inWest), NodeView("n3")],
            advertisements: [
                Layer2Advertisement(name: "west", preferences: [NodePreference(weight: 10, selector: west)])
            ], announcing: ["n2"], silent: ["layer2 n1 NotElected", "layer2 n3 NotElected"]),
        Row(
            testDescription: "no weight makes up for being cordoned",
            nodes: [NodeView("n1"), NodeView("n2", labels: inWest, drain: .cordon)],
            advertisements: [
                Layer2Advertisement(name: "west", preferences: [NodePreference(weight: 100, selector: west)])
            ], announcing: ["n1"], silent: ["layer2 n2 NotElected"]),
    ]

    @Test("One Service", arguments: rows) func table(_ row: Row) {
        var cluster = Cluster(row.nodes, layer2: row.advertisements)
        cluster.services = [row.service]
        let plan = cluster.plan
        #expect(plan.layer2.map(\.node) == row.announcing)
        #expect(plan.silentLines == row.silent)
        #expect(plan.silent.allSatisfy { $0.message.hasSuffix(".") && $0.peer == nil })
        // Every node either announces or says why not.
        if row.announcing.isEmpty == false {
            #expect(plan.layer2.count + plan.silent.count == max(1, row.nodes.count))
        }
    }

    @Test("Several advertisements: interfaces are united, any may select the node") func union() {
        let west = Layer2Advertisement(name: "a", nodeSelectors: [Self.west], interfaces: .named(["eth0"]))
        let second = Layer2Advertisement(name: "b", interfaces: .named(["eth1"]))
        func interfaces(_ advertisements: [Layer2Advertisement], _ labels: [String: String]) -> InterfaceSelection? {
            var cluster = Cluster([NodeView("n1", labels: labels)], layer2: advertisements)
            cluster.services = [makeService()]
            return cluster.plan.layer2.first?.interfaces
        }
        #expect(interfaces([west, second], Self.inWest) == .named(["eth0", "eth1"]))
        // What does not select the node adds no interface.
        #expect(interfaces([west, second], [:]) == .named(["eth1"]))
        #expect(interfaces([second, Layer2Advertisement(name: "c")], [:]) == .all)
        #expect(interfaces([west], [:]) == nil)
    }

    @Test("A shared address is announced only by advertisements without serviceSelectors") func sharing() {
        let some = Layer2Advertisement(name: "some", serviceSelectors: [selector("app", "web")])
        let web = makeService("web", labels: ["app": "web"])
        let api = makeService("api")
        var cluster = Cluster([NodeView("n1")], layer2: [some])
        cluster.services = [web]
        #expect(cluster.plan.layer2Lines == ["web 192.0.2.10 n1"])
        cluster.services = [web, api]
        #expect(cluster.plan.layer2.isEmpty)
        // The other Service matches no advertisement to begin with.
        #expect(cluster.plan.silentLines == ["layer2 n1 NoAdvertisement", "layer2 n1 SharingRefused"])
        cluster.configuration.layer2Advertisements.append(Layer2Advertisement(name: "all"))
        #expect(cluster.plan.layer2Lines == ["api 192.0.2.10 n1", "web 192.0.2.10 n1"])
        // The Service may also be said to share, with one that the engine does not know.
        var shared = web
        shared.addresses[0].isShared = true
        cluster = Cluster([NodeView("n1")], layer2: [some])
        cluster.services = [shared]
        #expect(cluster.plan.silentLines == ["layer2 n1 SharingRefused"])
    }

    @Test("A shared address goes to no node that only an advertisement with serviceSelectors names") func sharedNodes()
    {
        for last in 1...20 {
            var cluster = Cluster(
                [NodeView("n1"), NodeView("n2", labels: Self.inWest)],
                layer2: [
                    Layer2Advertisement(
                        name: "some", nodeSelectors: [Self.west], serviceSelectors: [selector("app", "web")]),
                    Layer2Advertisement(name: "all", nodeSelectors: [Selector([.doesNotExist(key: "zone")])]),
                ])
            cluster.services = [
                makeService("web", "192.0.2.\(last)", labels: ["app": "web"]),
                makeService("api", "192.0.2.\(last)", endpoints: ServiceEndpoints.none),
            ]
            #expect(cluster.plan.layer2Lines == ["web 192.0.2.\(last) n1"])
        }
    }

    @Test("Services that share an address have one owner, which serves as many of them as can be")
    func sharedOwner() {
        for count in 2...6 {
            var cluster = Cluster((1...count).map { NodeView("n\($0)") }, layer2: [Layer2Advertisement(name: "all")])
            cluster.services = [
                makeService("a", policy: .local, endpoints: ServiceEndpoints(nodes: ["n1", "n\(count)"])),
                makeService("b", policy: .local, endpoints: ServiceEndpoints(nodes: ["n\(count)"])),
                makeService("c"),
            ]
            #expect(cluster.plan.layer2.map(\.node) == Array(repeating: "n\(count)", count: 3))
        }
    }

    @Test("Dual stack: each address has its own owner, IPv4 first") func dualStack() {
        var cluster = Cluster([NodeView("n1")], layer2: [Layer2Advertisement(name: "all")])
        cluster.services = [makeService("web", "2001:db8::1", "192.0.2.1")]
        #expect(cluster.plan.layer2Lines == ["web 192.0.2.1 n1", "web 2001:db8::1 n1"])
    }

    @Test("Sorted by Service, address, node, whatever the input's order") func order() {
        var cluster = Cluster([NodeView("n2"), NodeView("n1")], layer2: [Layer2Advertisement(name: "all")])
        cluster.services = [
            makeService("b", "192.0.2.3", "192.0.2.1"), makeService("a", "192.0.2.2"),
        ]
        let plan = cluster.plan
        cluster.nodes.reverse()
        cluster.services.reverse()
        #expect(cluster.plan == plan)
        #expect(plan.layer2.map(\.address) == [address("192.0.2.2"), address("192.0.2.1"), address("192.0.2.3")])
        let keys = plan.silent.map { "\($0.service) \($0.address) \($0.node)" }
        #expect(keys == keys.sorted())
    }
}

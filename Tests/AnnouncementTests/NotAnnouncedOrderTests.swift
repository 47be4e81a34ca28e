import Addresses
import ClusterConfiguration
import Testing

@testable import Announcement

@Suite("Of several reasons to be silent, the first to fix is told") struct NotAnnouncedOrderTests {
    /// Everything is wrong with the local node; each step fixes what was told, and uncovers the next.
    @Test("Layer 2: what was configured, the node, the Service, the wire") func layer2() {
        var cluster = Cluster(
            [
                NodeView(
                    "n1", labels: [NodeView.excludeLabel: ""], isReady: false, network: .unavailable, isDraining: true,
                    interfaces: ["eth0"]),
                NodeView("n2"),
            ],
            layer2: [
                Layer2Advertisement(
                    name: "a", pools: .named(["other"]), nodeSelectors: [selector("zone", "west")],
                    interfaces: .named(["eth1"]))
            ])
        var web = makeService(policy: .local, endpoints: ServiceEndpoints.none)
        var liveness = Liveness.segments([:])
        var conflict: String? = "A stranger has it."
        func told() -> NotAnnouncedReason? {
            cluster.services = [web]
            var engine = cluster.engine()
            _ = engine.apply(liveness)
            _ = engine.apply(conflict: conflict, of: web.addresses[0].address)
            return engine.plan().silent.first { $0.node == "n1" && $0.protocol == .layer2 }?.reason
        }
        #expect(told() == .noAdvertisement)
        cluster.configuration.layer2Advertisements[0].pools = .all
        #expect(told() == .notSelected)
        cluster.configuration.layer2Advertisements[0].nodeSelectors = []
        #expect(told() == .excluded)
        cluster.nodes[0].labels = [:]
        #expect(told() == .networkUnavailable)
        cluster.nodes[0].network = .available
        #expect(told() == .draining)
        cluster.nodes[0].isDraining = false
        #expect(told() == .noEndpoint)
        web.endpoints = ServiceEndpoints(nodes: ["n2"])
        #expect(told() == .noLocalEndpoint)
        web.endpoints = ServiceEndpoints(nodes: ["n1", "n2"])
        #expect(told() == .interfaceMissing)
        cluster.nodes[0].interfaces = ["eth1"]
        // It has the interface, but the interface is not up.
        #expect(told() == .interfaceMissing)
        liveness = .segments(["eth1": ["n2"]])
        #expect(told() == .notElected)
        cluster.nodes[0].isReady = true
        cluster.nodes[1].drain = .cordon
        #expect(told() == .conflict)
        conflict = nil
        #expect(told() == nil)
    }

    @Test("BGP: what was configured, the node, the Service, the peer") func bgp() {
        var cluster = Cluster(
            [
                NodeView("n1", labels: [NodeView.excludeLabel: ""], network: .unavailable, isDraining: true),
                NodeView("n2"),
            ],
            bgp: [
                BGPRouteAdvertisement(
                    name: "a", pools: .named(["other"]), nodeSelectors: [selector("zone", "west")], peers: ["b"])
            ])
        var web = makeService(policy: .local, endpoints: ServiceEndpoints.none)
        func told() -> [String] {
            cluster.services = [web]
            return cluster.plan.silent.filter { $0.node == "n1" }.map {
                "\($0.reason)\($0.peer.map { " \($0)" } ?? ""): \($0.message)"
            }
        }
        #expect(told() == ["NoAdvertisement: No BGPAdvertisement selects this Service and the address's pool."])
        cluster.configuration.bgpAdvertisements[0].pools = .all
        #expect(told() == ["NotSelected: None of BGPAdvertisement a selects the node."])
        cluster.configuration.bgpAdvertisements[0].nodeSelectors = []
        // Nobody else tells a router either: what is wrong with the node itself comes first.
        #expect(told() == ["NetworkUnavailable: The node's condition NetworkUnavailable is True."])
        cluster.configuration.bgpAdvertisements[0].peers = nil
        cluster.configuration.peers = [peer("a")]
        // Without an endpoint no other node advertises.
        #expect(told() == ["NetworkUnavailable: The node's condition NetworkUnavailable is True."])
        web.endpoints = ServiceEndpoints(nodes: ["n2"])
        #expect(
            told() == [
                "Excluded: The node has the label \(NodeView.excludeLabel), and other nodes advertise the address."
            ])
        web.endpoints = ServiceEndpoints.none
        cluster.configuration.bgpAdvertisements[0].peers = ["b"]
        cluster.configuration.peers = []
        cluster.nodes[0].labels = [:]
        #expect(told() == ["NetworkUnavailable: The node's condition NetworkUnavailable is True."])
        cluster.nodes[0].network = .available
        #expect(told() == ["Draining: The node is being drained."])
        cluster.nodes[0].isDraining = false
        #expect(told() == ["NoEndpoint: The Service has no usable IPv4 endpoint."])
        web.endpoints = ServiceEndpoints(nodes: ["n2"])
        #expect(
            told() == [
                "NoLocalEndpoint: The Service has no usable IPv4 endpoint on the node, and externalTrafficPolicy is Local."
            ])
        web.endpoints = nil
        #expect(told() == ["PeerNotSelected: There is no BGPPeer."])
        cluster.configuration.peers = [peer("a", nodes: [selector("zone", "west")])]
        #expect(told() == ["PeerNotSelected a: BGPPeer a does not select the node."])
        cluster.configuration.peers = [peer("a", "fd00::1")]
        #expect(
            told() == ["PeerNotSelected a: The session with BGPPeer a does not carry IPv4 prefixes."])
        cluster.configuration.peers = [peer("a")]
        #expect(told() == ["PeerNotSelected a: No matching BGPAdvertisement names BGPPeer a."])
        cluster.configuration.bgpAdvertisements[0].peers = ["a"]
        #expect(told() == [])
    }
}

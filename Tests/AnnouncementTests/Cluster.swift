import Addresses
import BGP
import ClusterConfiguration
import KubernetesModel

@testable import Announcement

/// A small cluster to decide about, written in few words.
struct Cluster {
    var configuration = Configuration()
    var services: [AnnouncedService] = []
    var nodes: [NodeView] = []

    /// A cluster with one pool, `lan`, of 192.0.2.0/24 and 2001:db8::/120, and these nodes.
    init(_ nodes: [NodeView], layer2: [Layer2Advertisement] = [], bgp: [BGPRouteAdvertisement] = [], peers: [Peer] = [])
    {
        self.nodes = nodes
        configuration = Configuration(
            pools: [Pool(name: "lan", ranges: [range("192.0.2.0/24"), range("2001:db8::/120")])],
            layer2Advertisements: layer2, bgpAdvertisements: bgp, peers: peers)
    }

    var plan: AnnouncementPlan { AnnouncementPlan(configuration, services: services, nodes: nodes) }

    func engine(on node: String = "n1") -> WatchedEngine {
        var engine = AnnouncementEngine(localNode: node)
        engine.apply(configuration)
        engine.apply(nodes)
        for service in services { engine.apply(service) }
        return WatchedEngine(engine)
    }
}

func address(_ text: String) -> IPAddress {
    do { return try IPAddress(text) } catch { preconditionFailure("\(error)") }
}

func prefix(_ text: String) -> IPPrefix {
    do { return try IPPrefix(text) } catch { preconditionFailure("\(error)") }
}

func range(_ text: String) -> IPRange { prefix(text).range }

func name(_ name: String) -> NamespacedName { NamespacedName(namespace: "default", name: name) }

func makeService(
    _ text: String = "web", _ addresses: String..., pool: String = "lan", labels: [String: String] = [:],
    policy: AnnouncedService.TrafficPolicy = .cluster, endpoints: ServiceEndpoints? = nil,
    withoutEndpoints: Bool = false
) -> AnnouncedService {
    let addresses = (addresses.isEmpty ? ["192.0.2.10"] : addresses).map {
        AnnouncedService.Address(address($0), pool: pool)
    }
    return AnnouncedService(
        name(text), labels: labels, addresses: addresses, externalTrafficPolicy: policy, endpoints: endpoints,
        announcesWithoutEndpoints: withoutEndpoints)
}

extension ServiceEndpoints {
    /// The same in both families: one ready endpoint on each of the nodes, where `counts` says no other number, and one
    /// that terminates on each of the others.
    init(nodes: Set<String>, counts: [String: Int] = [:], terminating: Set<String> = []) {
        func count(_ nodes: Set<String>) -> [String: Int] {
            Dictionary(uniqueKeysWithValues: nodes.map { ($0, counts[$0] ?? 1) })
        }
        self.init(both: FamilyEndpoints(ready: count(nodes), terminating: count(terminating)))
    }
}

func peer(
    _ name: String, _ endpoint: String = "10.0.0.1", asn: UInt32 = 64513, nodes: [Selector] = [],
    dualStack: Bool = false
) -> Peer {
    Peer(
        name: name, myASN: 64512, remoteAS: .number(asn), endpoint: .address(address(endpoint), zone: nil),
        nodeSelectors: nodes, dualStackAddressFamily: dualStack)
}

func selector(_ key: String, _ value: String) -> Selector { Selector(matchLabels: [key: value]) }

extension AnnouncementPlan {
    /// Who announces on layer 2: `service address node`.
    var layer2Lines: [String] { layer2.map { "\($0.service.name) \($0.address) \($0.node)" } }

    /// Who tells whom: `prefix node>peer`.
    var bgpLines: [String] { bgp.map { "\($0.prefix) \($0.node)>\($0.peer)" } }

    /// Why the others do not: `protocol node reason`, with the peer after the node where there is one.
    var silentLines: [String] {
        silent.map { "\($0.protocol.rawValue) \($0.node)\($0.peer.map { ">\($0)" } ?? "") \($0.reason)" }
    }
}

import Addresses
import Announcement
import BGP
import ClusterConfiguration
import Interfaces
import KubernetesModel
import LinkLayer
import NetworkIO
import NodeDecisions
import Speaker
import Testing

@Suite struct SpeakerCoreTests {
    private static func interface(_ index: CInt, _ name: String, _ prefix: String, isUp: Bool = true) throws
        -> Interface
    {
        Interface(
            index: index, name: name, hardwareAddress: MACAddress(2, 0, 0, 0, 0, UInt8(index)), isUp: isUp,
            addresses: [InterfaceAddress(address: try IPAddress(prefix), prefixLength: 24)])
    }

    private static func update(
        nodes: [String], services: [String: String], interfaces: InterfaceSelection = .all, peers: [Peer] = []
    ) throws -> SpeakerUpdate {
        SpeakerUpdate(
            configuration: Configuration(
                layer2Advertisements: [Layer2Advertisement(name: "all", interfaces: interfaces)],
                bgpAdvertisements: peers.isEmpty ? [] : [BGPRouteAdvertisement(name: "all")], peers: peers),
            nodes: nodes.map { Node(metadata: ObjectMeta(name: $0)) },
            services: try services.sorted { $0.key < $1.key }.map { name, address in
                AnnouncedService(
                    NamespacedName(namespace: "default", name: name),
                    addresses: [.init(try IPAddress(address), pool: "lan")])
            })
    }

    /// What this node is told of each address: `192.0.2.10 eth0 own`.
    private static func claimed(_ actions: [SpeakerCore.Action]) -> [String] {
        actions.flatMap { if case .claim(let changes) = $0 { changes } else { [Layer2Change]() } }.flatMap { change in
            guard case .assign(let address, let roles) = change else { return [String]() }
            if roles.isEmpty { return ["\(address) none"] }
            return roles.sorted { $0.key < $1.key }.map { interface, role in
                switch role {
                case .owner(_, over: nil): "\(address) \(interface) own"
                case .owner(_, over: .some): "\(address) \(interface) take"
                case .standby(_, mayStandIn: true): "\(address) \(interface) stand by"
                case .standby(_, mayStandIn: false): "\(address) \(interface) watch"
                }
            }
        }
    }

    @Test("Alone, a node announces as soon as it has an interface") func alone() throws {
        var core = SpeakerCore(node: "n1")
        let first = core.handle(.updated(try Self.update(nodes: [], services: ["web": "192.0.2.10"])))
        #expect(Self.claimed(first).isEmpty, "there is no interface yet")
        let eth0 = try Self.interface(2, "eth0", "192.0.2.1")
        let second = core.handle(.linksChanged(InterfaceTable([eth0])))
        #expect(second.contains(.listen(on: [eth0])))
        #expect(Self.claimed(second) == ["192.0.2.10 eth0 own"])
        #expect(core.isSettled)
    }

    @Test("With others expected, nothing is announced on a segment before it was listened to") func listening() throws {
        var core = SpeakerCore(node: "n1")
        let eth0 = try Self.interface(2, "eth0", "192.0.2.1")
        _ = core.handle(.linksChanged(InterfaceTable([eth0])))
        let actions = core.handle(
            .updated(try Self.update(nodes: ["n1", "n2"], services: ["a": "192.0.2.10", "b": "192.0.2.11"])))
        #expect(actions.contains(.expect(nodes: ["n1", "n2"])))
        #expect(Self.claimed(actions).isEmpty)
        #expect(!core.isSettled)

        // Nobody else is there: both addresses are this node's.
        let alone = Self.claimed(core.handle(.heard(names: ["eth0": []])))
        #expect(alone.filter { $0.hasSuffix("own") }.count == 2)
        #expect(core.isSettled)

        // The other comes, before this one has claimed anything: it is to have one of the two.
        let shared = Self.claimed(core.handle(.heard(names: ["eth0": ["n2"]])))
        #expect(shared.count == 1)
        #expect(shared[0].hasSuffix("stand by"))

        // And stops responding: it is taken back at once.
        let again = Self.claimed(core.handle(.heard(names: ["eth0": []])))
        #expect(again == [shared[0].replacing("stand by", with: "own")])
    }

    @Test("An interface that is renamed keeps its segment, and what is announced there") func renamed() throws {
        var core = SpeakerCore(node: "n1")
        _ = core.handle(.linksChanged(InterfaceTable([try Self.interface(2, "eth0", "192.0.2.1")])))
        _ = core.handle(
            .updated(try Self.update(nodes: ["n1", "n2"], services: ["a": "192.0.2.10", "b": "192.0.2.11"])))
        let before = Self.claimed(core.handle(.heard(names: ["eth0": ["n2"]])))
        let after = Self.claimed(
            core.handle(.linksChanged(InterfaceTable([try Self.interface(2, "lan0", "192.0.2.1")]))))
        #expect(before.count == 2)
        #expect(after.sorted() == before.map { $0.replacing("eth0", with: "lan0") }.sorted())
        #expect(core.isSettled)
    }

    @Test("An interface that goes takes its announcements with it, and one that comes brings them") func links() throws
    {
        var core = SpeakerCore(node: "n1")
        let eth0 = try Self.interface(2, "eth0", "192.0.2.1")
        _ = core.handle(.updated(try Self.update(nodes: [], services: ["web": "192.0.2.10"])))
        _ = core.handle(.linksChanged(InterfaceTable([eth0])))
        let down = core.handle(.linksChanged(InterfaceTable([try Self.interface(2, "eth0", "192.0.2.1", isUp: false)])))
        #expect(Self.claimed(down) == ["192.0.2.10 none"])
        let up = core.handle(.linksChanged(InterfaceTable([eth0])))
        #expect(Self.claimed(up) == ["192.0.2.10 eth0 own"])
    }

    @Test("Only named interfaces are listened on, also those that would not be used by themselves") func named() throws
    {
        var core = SpeakerCore(node: "n1")
        let eth0 = try Self.interface(2, "eth0", "192.0.2.1")
        let eth1 = try Self.interface(3, "eth1", "198.51.100.1")
        let bare = Interface(index: 4, name: "eth2", hardwareAddress: MACAddress(2, 0, 0, 0, 0, 4))
        _ = core.handle(.linksChanged(InterfaceTable([eth0, eth1, bare])))
        let actions = core.handle(
            .updated(try Self.update(nodes: [], services: ["web": "192.0.2.10"], interfaces: .named(["eth1", "eth2"]))))
        #expect(actions.contains(.listen(on: [eth1, bare])))
    }

    @Test("An advertisement that moves to another interface ends with an announcement there, not with a withdrawal")
    func movedInterface() throws {
        var core = SpeakerCore(node: "n1")
        let table = InterfaceTable([
            try Self.interface(2, "eth0", "192.0.2.1"), try Self.interface(3, "eth1", "198.51.100.1"),
        ])
        _ = core.handle(.linksChanged(table))
        _ = core.handle(
            .updated(try Self.update(nodes: [], services: ["web": "192.0.2.10"], interfaces: .named(["eth0"]))))
        let moved = core.handle(
            .updated(try Self.update(nodes: [], services: ["web": "192.0.2.10"], interfaces: .named(["eth1"]))))
        #expect(Self.claimed(moved) == ["192.0.2.10 eth1 own"])
        #expect(core.engine.planHere().layer2.map(\.address) == [try IPAddress("192.0.2.10")])
    }

    @Test("Nothing happens where nothing changed") func idle() throws {
        var core = SpeakerCore(node: "n1")
        let update = try Self.update(nodes: ["n1", "n2"], services: ["web": "192.0.2.10"])
        let table = InterfaceTable([try Self.interface(2, "eth0", "192.0.2.1")])
        _ = core.handle(.updated(update))
        _ = core.handle(.linksChanged(table))
        _ = core.handle(.heard(names: ["eth0": ["n2"]]))
        #expect(core.handle(.updated(update)).isEmpty)
        #expect(core.handle(.linksChanged(table)).isEmpty)
        #expect(core.handle(.heard(names: ["eth0": ["n2"]])).isEmpty)
    }

    @Test("Routes come before the sessions that carry them, and a new Service touches no session") func sessions()
        throws
    {
        let peer = Peer(
            name: "tor", myASN: 64512, remoteAS: .number(64513),
            endpoint: .address(try IPAddress("192.0.2.254"), zone: nil))
        var core = SpeakerCore(node: "n1")
        _ = core.handle(.linksChanged(InterfaceTable([try Self.interface(2, "eth0", "192.0.2.1")])))
        let first = core.handle(.updated(try Self.update(nodes: [], services: ["web": "192.0.2.10"], peers: [peer])))
        let order = first.compactMap { action -> String? in
            switch action {
            case .hold(let sessions): "hold \(sessions.map(\.name)) as \(sessions[0].session.identifier)"
            case .advertise(let routes): "advertise \(routes.map(\.prefix))"
            default: nil
            }
        }
        #expect(order == ["advertise [192.0.2.10/32]", "hold [\"tor\"] as 192.0.2.1"])
        let more = try Self.update(nodes: [], services: ["api": "192.0.2.11", "web": "192.0.2.10"], peers: [peer])
        let second = core.handle(.updated(more))
        #expect(!second.contains { if case .hold = $0 { true } else { false } })
        #expect(
            second.contains(.advertise([.announce(try IPPrefix("192.0.2.11/32"), to: ["tor"])])))
    }

    @Test("An external router is a neighbour: TTL 1, unless it is said to be further away") func hops() throws {
        func settings(remote: Peer.RemoteAS, multiHop: Bool) throws -> BGPPeerSettings? {
            BGPPeerSettings(
                Peer(
                    name: "tor", myASN: 64512, remoteAS: remote,
                    endpoint: .address(try IPAddress("192.0.2.254"), zone: nil), ebgpMultiHop: multiHop),
                routerID: IPv4Address(192, 0, 2, 1), ownAddresses: [:])
        }
        #expect(try settings(remote: .number(64513), multiHop: false)?.options.timeToLive == 1)
        #expect(try settings(remote: .number(64513), multiHop: true)?.options.timeToLive == nil)
        #expect(try settings(remote: .number(64512), multiHop: false)?.options.timeToLive == nil)
        #expect(try settings(remote: .internal, multiHop: false)?.options.timeToLive == nil)
    }
}

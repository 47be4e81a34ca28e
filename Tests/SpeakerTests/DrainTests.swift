import Addresses
import Announcement
import BGP
import ClusterConfiguration
import KubernetesModel
import NetworkIO
import NodeDecisions
import Speaker
import Testing
import Timing

@Suite("A node that is being drained") struct DrainTests {
    /// Node n1's speaker, with one Service, on a clock of the test's own.
    struct Scene {
        var core: SpeakerCore
        var now = Instant(nanoseconds: 5_000_000_000_000)
        let prefix: IPPrefix

        init(
            nodes: [Node], drainTimes: [Duration] = [.seconds(30)], gracefully: Bool = false,
            policy: NodePolicy = NodePolicy()
        ) throws {
            core = SpeakerCore(node: "n1", nodePolicy: policy)
            prefix = try IPPrefix("192.0.2.10/32")
            let peer = Peer(
                name: "tor", myASN: 64512, remoteAS: .number(64513),
                endpoint: .address(try IPAddress("198.51.100.1"), zone: nil), enableGracefulRestart: gracefully)
            let advertisements = drainTimes.enumerated().map {
                BGPRouteAdvertisement(
                    name: "a\($0)", communities: [Community(64512, UInt16($0))], drainTime: $1)
            }
            _ = core.advance(to: now)
            _ = core.handle(
                .updated(
                    SpeakerUpdate(
                        configuration: Configuration(bgpAdvertisements: advertisements, peers: [peer]), nodes: nodes,
                        services: [
                            AnnouncedService(
                                NamespacedName(namespace: "default", name: "web"),
                                addresses: [.init(prefix.address, pool: "lan")])
                        ])))
        }

        /// The communities of the route; `nil`: there is none.
        var communities: [String]? { core.engine.localRoutes[prefix]?["tor"]?.communities.map(\.description) }

        /// Time goes by, second by second, as the service's alarm would have it.
        mutating func wait(_ seconds: Int) -> [SpeakerCore.Action] {
            var actions: [SpeakerCore.Action] = []
            let end = now.advanced(by: .seconds(seconds))
            while let deadline = core.nextDeadline, deadline <= end {
                now = deadline
                actions += core.advance(to: deadline)
            }
            now = end
            return actions
        }

        mutating func become(_ nodes: [Node]) -> [SpeakerCore.Action] {
            core.advance(to: now) + core.handle(.updated(SpeakerUpdate(nodes: nodes)))
        }
    }

    static func node(
        _ name: String, cordoned: Bool = false, excluded: Bool = false, taint: String? = nil, isDeleted: Bool = false
    ) -> Node {
        var metadata = ObjectMeta(name: name, labels: excluded ? [NodeView.excludeLabel: ""] : nil)
        metadata.deletionTimestamp = isDeleted ? "2026-01-01T00:00:00Z" : nil
        return Node(
            metadata: metadata, spec: NodeSpec(unschedulable: cordoned, taints: taint.map { [Taint(key: $0)] }))
    }

    @Test(
        "By the policy, a cordon and the label move nothing",
        arguments: [node("n1", cordoned: true), node("n1", excluded: true)]) func unmoved(node: Node) throws
    {
        var scene = try Scene(
            nodes: [Self.node("n1"), Self.node("n2")],
            policy: NodePolicy(drainsOnCordon: false, heedsExcludeLabel: false))
        #expect(scene.become([node, Self.node("n2")]).isEmpty)
        #expect(scene.communities == ["64512:0"] && scene.core.nextDeadline == nil)
    }

    @Test(
        "Cordoned or excluded, it lowers its routes, and gives them up when the time is over; uncordoned, it has them back",
        arguments: [
            node("n1", cordoned: true), node("n1", excluded: true),
            node("n1", taint: "node.kubernetes.io/out-of-service"), node("n1", taint: "ToBeDeletedByClusterAutoscaler"),
            node("n1", isDeleted: true),
        ]) func drain(leaving: Node) throws
    {
        let others = [Self.node("n2")]
        var scene = try Scene(nodes: [Self.node("n1")] + others)
        #expect(scene.communities == ["64512:0"])
        #expect(scene.core.nextDeadline == nil)
        let lowered = scene.become([leaving] + others)
        #expect(lowered.count { if case .advertise = $0 { true } else { false } } == 1)
        #expect(scene.communities == ["64512:0", "65535:0"])
        #expect(scene.wait(29).isEmpty)
        #expect(scene.communities == ["64512:0", "65535:0"])
        #expect(scene.wait(1) == [.advertise([.withdraw(scene.prefix)])])
        #expect(scene.communities == nil)
        #expect(scene.core.nextDeadline == nil)
        #expect(scene.become([Self.node("n1")] + others).count == 1)
        #expect(scene.communities == ["64512:0"])
        // And a second time.
        _ = scene.become([leaving] + others)
        #expect(scene.communities == ["64512:0", "65535:0"])
        _ = scene.wait(30)
        #expect(scene.communities == nil)
    }

    @Test("Uncordoned in time, it never gave anything up") func undrained() throws {
        var scene = try Scene(nodes: [Self.node("n1"), Self.node("n2")])
        _ = scene.become([Self.node("n1", cordoned: true), Self.node("n2")])
        _ = scene.wait(20)
        _ = scene.become([Self.node("n1"), Self.node("n2")])
        #expect(scene.communities == ["64512:0"])
        #expect(scene.wait(60).isEmpty)
        #expect(scene.communities == ["64512:0"])
    }

    @Test("Where nobody else advertises, it goes on, lowered; and gives up at once when somebody does") func alone()
        throws
    {
        var scene = try Scene(nodes: [Self.node("n1")])
        _ = scene.become([Self.node("n1", cordoned: true)])
        _ = scene.wait(3600)
        #expect(scene.communities == ["64512:0", "65535:0"])
        #expect(
            scene.become([Self.node("n1", cordoned: true), Self.node("n2")]).contains(
                .advertise([.withdraw(scene.prefix)])))
        // The other goes too: back, rather than nobody.
        _ = scene.become([Self.node("n1", cordoned: true), Self.node("n2", cordoned: true)])
        #expect(scene.communities == ["64512:0", "65535:0"])
    }

    @Test("Each advertisement has its own time; the route goes with the last") func times() throws {
        var scene = try Scene(
            nodes: [Self.node("n1"), Self.node("n2")], drainTimes: [.seconds(10), .seconds(60), .zero])
        #expect(scene.communities == ["64512:0", "64512:1", "64512:2"])
        _ = scene.become([Self.node("n1", cordoned: true), Self.node("n2")])
        #expect(scene.communities == ["64512:0", "64512:1", "65535:0"])
        _ = scene.wait(10)
        #expect(scene.communities == ["64512:1", "65535:0"])
        _ = scene.wait(49)
        #expect(scene.communities == ["64512:1", "65535:0"])
        _ = scene.wait(1)
        #expect(scene.communities == nil)
    }

    @Test("Seen for the first time when it is cordoned already, it begins with nothing") func late() throws {
        let scene = try Scene(nodes: [Self.node("n1", cordoned: true), Self.node("n2")])
        #expect(scene.communities == nil)
        #expect(scene.core.nextDeadline == nil)
    }

    @Test("Stopped while it is drained, it gives up first and goes for good; stopped otherwise, it comes back")
    func stop()
        throws
    {
        var scene = try Scene(nodes: [Self.node("n1"), Self.node("n2")])
        let stay = scene.core.leave()
        #expect(stay.actions.isEmpty && !stay.isGone)
        _ = scene.become([Self.node("n1", cordoned: true), Self.node("n2")])
        let gone = scene.core.leave()
        #expect(gone.actions == [.advertise([.withdraw(scene.prefix)])])
        #expect(gone.isGone)
        // Alone, it must come back for its routes.
        var alone = try Scene(nodes: [Self.node("n1")])
        _ = alone.become([Self.node("n1", cordoned: true)])
        let back = alone.core.leave()
        #expect(back.actions.isEmpty && !back.isGone)
    }
}

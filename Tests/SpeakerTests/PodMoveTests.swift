import Addresses
import Announcement
import BGP
import ClusterConfiguration
import KubernetesModel
import NodeDecisions
import Speaker
import Testing
import Timing

/// Node n1's speaker, with one Service of externalTrafficPolicy Local and one router, on a clock of the test's own.
@Suite("A pod that moves: what the node that it leaves tells the router") struct PodMoveTests {
    private struct Scene {
        var core = SpeakerCore(node: "n1")
        var now = Instant(nanoseconds: 5_000_000_000_000)
        let prefixes: [AddressFamily: IPPrefix]

        init() throws {
            prefixes = [.ipv4: try IPPrefix("192.0.2.10/32"), .ipv6: try IPPrefix("2001:db8::10/128")]
            let peer = Peer(
                name: "tor", myASN: 64512, remoteAS: .number(64513),
                endpoint: .address(try IPAddress("198.51.100.1"), zone: nil), dualStackAddressFamily: true)
            _ = core.advance(to: now)
            _ = core.handle(
                .updated(
                    SpeakerUpdate(
                        configuration: Configuration(
                            bgpAdvertisements: [BGPRouteAdvertisement(name: "all")], peers: [peer]),
                        nodes: ["n1", "n2", "n3"].map { Node(metadata: ObjectMeta(name: $0)) })))
        }

        /// The endpoints are on these nodes now.
        mutating func become(_ endpoints: ServiceEndpoints) -> [SpeakerCore.Action] {
            let service = AnnouncedService(
                NamespacedName(namespace: "default", name: "web"),
                addresses: prefixes.values.map { .init($0.address, pool: "lan") }, externalTrafficPolicy: .local,
                endpoints: endpoints)
            return core.advance(to: now) + core.handle(.updated(SpeakerUpdate(services: [service])))
        }

        mutating func become(ready: [String], terminating: [String] = []) -> [SpeakerCore.Action] {
            func one(_ nodes: [String]) -> [String: Int] {
                Dictionary(uniqueKeysWithValues: nodes.map { ($0, 1) })
            }
            return become(
                ServiceEndpoints(both: FamilyEndpoints(ready: one(ready), terminating: one(terminating))))
        }

        func advertises(_ family: AddressFamily) -> Bool {
            prefixes[family].flatMap { core.engine.localRoutes[$0] } != nil
        }

        var advertises: Bool { advertises(.ipv4) }

        mutating func wait(_ time: Duration) -> [SpeakerCore.Action] {
            now = now.advanced(by: time)
            return core.advance(to: now)
        }
    }

    struct Step: Sendable {
        var ready: [String]
        var terminating: [String] = []
        /// Whether the route is there right after, and when its time is over.
        var isAdvertised: (atOnce: Bool, later: Bool)
    }

    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var steps: [Step]
    }

    static let rows: [Row] = [
        Row(
            testDescription: "the new pod is ready before the old one terminates: withdrawn at once",
            steps: [
                Step(ready: ["n1"], isAdvertised: (true, true)),
                Step(ready: ["n1", "n2"], isAdvertised: (true, true)),
                Step(ready: ["n2"], terminating: ["n1"], isAdvertised: (false, false)),
                Step(ready: ["n2"], isAdvertised: (false, false)),
            ]),
        Row(
            testDescription: "the old one terminates first: its route stays until the other's has had time to arrive",
            steps: [
                Step(ready: ["n1"], isAdvertised: (true, true)),
                Step(ready: [], terminating: ["n1"], isAdvertised: (true, true)),
                Step(ready: ["n2"], terminating: ["n1"], isAdvertised: (true, false)),
                Step(ready: ["n2"], isAdvertised: (false, false)),
            ]),
        Row(
            testDescription: "both at once: likewise",
            steps: [
                Step(ready: ["n1"], isAdvertised: (true, true)),
                Step(ready: ["n2"], terminating: ["n1"], isAdvertised: (true, false)),
            ]),
        Row(
            testDescription: "the other node loses its pod again: the route comes back",
            steps: [
                Step(ready: ["n2"], terminating: ["n1"], isAdvertised: (false, false)),
                Step(ready: [], terminating: ["n1", "n2"], isAdvertised: (true, true)),
                Step(ready: ["n3"], terminating: ["n1", "n2"], isAdvertised: (true, false)),
            ]),
        Row(
            testDescription: "a node that never had it does not begin with a route",
            steps: [
                Step(ready: ["n2"], isAdvertised: (false, false)),
                Step(ready: ["n3"], terminating: ["n1", "n2"], isAdvertised: (false, false)),
            ]),
        Row(
            testDescription: "nothing is left to serve: withdrawn at once",
            steps: [
                Step(ready: ["n1"], isAdvertised: (true, true)),
                Step(ready: ["n2"], isAdvertised: (false, false)),
            ]),
    ]

    @Test("Step by step", arguments: rows) func steps(_ row: Row) throws {
        var scene = try Scene()
        for (number, step) in row.steps.enumerated() {
            _ = scene.become(ready: step.ready, terminating: step.terminating)
            #expect(scene.advertises == step.isAdvertised.atOnce, "step \(number)")
            _ = scene.wait(.milliseconds(999))
            #expect(scene.advertises == step.isAdvertised.atOnce, "step \(number), 999 ms later")
            let ends = step.isAdvertised.atOnce && !step.isAdvertised.later
            #expect((scene.core.nextDeadline != nil) == ends, "step \(number)")
            let actions = scene.wait(.milliseconds(1))
            #expect(actions.isEmpty != ends, "step \(number)")
            #expect(scene.advertises == step.isAdvertised.later, "step \(number)")
            #expect(scene.core.nextDeadline == nil, "step \(number)")
        }
    }

    @Test("An endpoint that is gone before the time is over takes the route with it") func gone() throws {
        var scene = try Scene()
        _ = scene.become(ready: ["n1"])
        _ = scene.become(ready: ["n2"], terminating: ["n1"])
        _ = scene.wait(.milliseconds(500))
        _ = scene.become(ready: ["n2"])
        #expect(!scene.advertises && scene.core.nextDeadline == nil)
        // The next move has its own time.
        _ = scene.become(ready: ["n1"])
        _ = scene.become(ready: ["n2"], terminating: ["n1"])
        _ = scene.wait(.milliseconds(999))
        #expect(scene.advertises)
    }

    @Test("Each family by itself") func families() throws {
        var scene = try Scene()
        let here = FamilyEndpoints(ready: ["n1": 1])
        let moving = FamilyEndpoints(ready: ["n2": 1], terminating: ["n1": 1])
        _ = scene.become(ServiceEndpoints([.ipv4: here, .ipv6: here]))
        _ = scene.become(ServiceEndpoints([.ipv4: moving, .ipv6: here]))
        _ = scene.wait(.seconds(1))
        #expect(!scene.advertises(.ipv4) && scene.advertises(.ipv6))
        _ = scene.become(ServiceEndpoints([.ipv4: moving, .ipv6: moving]))
        #expect(!scene.advertises(.ipv4) && scene.advertises(.ipv6))
        _ = scene.wait(.seconds(1))
        #expect(!scene.advertises(.ipv4) && !scene.advertises(.ipv6))
    }
}

import Assignment
import ClusterConfiguration
import ClusterDecisions
import Controller
import KubernetesModel
import Testing

@Suite struct ServiceDifferenceTests {
    private static func service(_ name: String, type: String = "LoadBalancer") -> Service {
        var spec = ServiceSpec()
        spec.type = type
        return Service(metadata: ObjectMeta(name: name, namespace: "default"), spec: spec)
    }

    private static func name(_ name: String) -> NamespacedName { NamespacedName(namespace: "default", name: name) }

    private static func state(_ services: [Service], namespaces: [Namespace] = []) -> ClusterState {
        var state = ClusterState()
        state.services = services
        state.namespaces = namespaces
        return state
    }

    @Test("At the start everything is new, pools first") func start() {
        let difference = ServiceDifference(
            from: nil, to: Self.state([Self.service("a"), Self.service("b")]), pools: [])
        #expect(
            difference.events == [
                .pools([]), .service(Self.service("a"), rank: 0), .service(Self.service("b"), rank: 1),
            ])
        #expect(difference.changed == [Self.name("a"), Self.name("b")])
    }

    @Test("Equal snapshots differ in nothing") func equal() {
        let state = Self.state([Self.service("a")], namespaces: [Namespace(metadata: ObjectMeta(name: "default"))])
        let difference = ServiceDifference(from: state, to: state, pools: nil)
        #expect(difference.events.isEmpty)
        #expect(difference.changed.isEmpty && difference.removed.isEmpty)
    }

    @Test("A Service that goes is told before those that come, and one that only moved has changed its rank alone")
    func moved() {
        let old = Self.state([Self.service("a"), Self.service("b"), Self.service("c")])
        let new = Self.state([Self.service("b", type: "ClusterIP"), Self.service("c"), Self.service("d")])
        let difference = ServiceDifference(from: old, to: new, pools: nil)
        #expect(
            difference.events == [
                .serviceRemoved(Self.name("a")), .service(Self.service("b", type: "ClusterIP"), rank: 0),
                .service(Self.service("c"), rank: 1), .service(Self.service("d"), rank: 2),
            ])
        #expect(difference.changed == [Self.name("b"), Self.name("d")])
        #expect(difference.removed == [Self.name("a")])
    }

    @Test("Namespaces are told where their labels matter: new, changed and gone") func namespaces() {
        let labelled = Namespace(metadata: ObjectMeta(name: "a", labels: ["team": "net"]))
        let old = Self.state(
            [], namespaces: [Namespace(metadata: ObjectMeta(name: "a")), Namespace(metadata: ObjectMeta(name: "b"))])
        let difference = ServiceDifference(from: old, to: Self.state([], namespaces: [labelled]), pools: nil)
        #expect(difference.events == [.namespaceRemoved("b"), .namespace(labelled)])
    }
}

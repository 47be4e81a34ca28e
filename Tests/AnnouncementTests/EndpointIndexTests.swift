import KubernetesModel
import Testing

@testable import Announcement

@Suite("Endpoints reduced to what announcing depends on") struct EndpointIndexTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var slices: [EndpointSlice]
        var expected: ServiceEndpoints?
    }

    static func slice(
        _ name: String, of service: String? = "web", type: String = "IPv4", _ endpoints: [Endpoint]?
    ) -> EndpointSlice {
        let labels = service.map { [EndpointSlice.serviceNameLabel: $0] }
        return EndpointSlice(
            metadata: ObjectMeta(name: name, namespace: "default", labels: labels), addressType: type,
            endpoints: endpoints)
    }

    static func endpoint(on node: String?, _ conditions: EndpointConditions? = nil) -> Endpoint {
        Endpoint(addresses: ["10.1.0.1"], conditions: conditions, nodeName: node)
    }

    static let rows: [Row] = [
        Row(testDescription: "no slice: nothing is known", slices: [], expected: nil),
        Row(
            testDescription: "a slice without endpoints: nowhere", slices: [slice("a", nil)],
            expected: ServiceEndpoints.none),
        Row(
            testDescription: "ready is absent: usable", slices: [slice("a", [endpoint(on: "n1")])],
            expected: ServiceEndpoints(nodes: ["n1"])),
        Row(
            testDescription: "not ready, but serving while it terminates: usable",
            slices: [
                slice("a", [endpoint(on: "n1", EndpointConditions(ready: false, serving: true, terminating: true))])
            ],
            expected: ServiceEndpoints(nodes: ["n1"])),
        Row(
            testDescription: "neither ready nor serving: not usable",
            slices: [slice("a", [endpoint(on: "n1", EndpointConditions(ready: false, serving: false))])],
            expected: ServiceEndpoints.none),
        Row(
            testDescription: "no node: usable, but on no node", slices: [slice("a", [endpoint(on: nil)])],
            expected: ServiceEndpoints(nodes: [], isUsable: true)),
        Row(
            testDescription: "several slices are united",
            slices: [slice("a", [endpoint(on: "n1")]), slice("b", type: "IPv6", [endpoint(on: "n2")])],
            expected: ServiceEndpoints(nodes: ["n1", "n2"])),
        Row(
            testDescription: "a slice of names carries no traffic",
            slices: [slice("a", type: "FQDN", [endpoint(on: "n1")])], expected: ServiceEndpoints.none),
        Row(
            testDescription: "another Service's slice and one without a Service do not count",
            slices: [slice("a", of: "api", [endpoint(on: "n1")]), slice("b", of: nil, [endpoint(on: "n1")])],
            expected: nil),
    ]

    @Test("Slices amount to", arguments: rows) func reduction(_ row: Row) {
        #expect(EndpointIndex(row.slices)[name("web")] == row.expected)
        #expect(EndpointIndex(row.slices.reversed())[name("web")] == row.expected)
    }

    @Test("Pods are counted, not their addresses: one of two families counts once") func counts() {
        let pods = (1...3).map { "10.1.0.\($0)" }
        let slices = [
            Self.slice("four", pods.map { Endpoint(addresses: [$0], nodeName: $0 == pods[2] ? "n2" : "n1") }),
            Self.slice(
                "six", type: "IPv6",
                [Endpoint(addresses: ["fd00::1"], nodeName: "n1"), Endpoint(addresses: ["fd00::3"], nodeName: "n2")]),
        ]
        let endpoints = EndpointIndex(slices)[name("web")]
        #expect(["n1", "n2", "n3"].map { endpoints?.count(on: $0) } == [2, 1, 0])
    }

    @Test("A change is reported only where it matters") func changes() {
        var index = EndpointIndex()
        #expect(index.apply(Self.slice("a", [Self.endpoint(on: "n1")])) == [name("web")])
        // The same pod, by another port.
        #expect(index.apply(Self.slice("a", [Self.endpoint(on: "n1"), Self.endpoint(on: "n1")])) == [])
        // Another pod on the same node: it weighs more.
        let other = Endpoint(addresses: ["10.1.0.2"], nodeName: "n1")
        #expect(index.apply(Self.slice("a", [Self.endpoint(on: "n1"), other])) == [name("web")])
        #expect(index[name("web")]?.count(on: "n1") == 2)
        #expect(index.apply(Self.slice("a", [Self.endpoint(on: "n1")])) == [name("web")])
        #expect(index.apply(Self.slice("b", [Self.endpoint(on: "n2")])) == [name("web")])
        #expect(index.remove(NamespacedName(namespace: nil, name: "b")) == [name("web")])
        #expect(index[name("web")] == ServiceEndpoints(nodes: ["n1"]))
        // The slice goes to another Service: both are affected.
        #expect(index.apply(Self.slice("a", of: "api", [Self.endpoint(on: "n1")])) == [name("web"), name("api")])
        #expect(index[name("web")] == nil)
        #expect(index[name("api")] == ServiceEndpoints(nodes: ["n1"]))
        // It loses its label.
        #expect(index.apply(Self.slice("a", of: nil, [Self.endpoint(on: "n1")])) == [name("api")])
        #expect(index.remove(name("a")) == [])
        #expect(index == EndpointIndex())
        // All slices of a Service at once.
        _ = index.apply(Self.slice("a", [Self.endpoint(on: "n1")]))
        _ = index.apply(Self.slice("b", [Self.endpoint(on: "n2")]))
        #expect(index.slices.map(\.metadata.name) == ["a", "b"])
        let wasThere = [index.removeAll(of: name("web")), index.removeAll(of: name("web"))]
        #expect(wasThere == [true, false])
        #expect(index == EndpointIndex())
    }
}

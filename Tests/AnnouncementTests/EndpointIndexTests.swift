import Addresses
import KubernetesModel
import TestSupport
import Testing

@testable import Announcement

@Suite("Endpoints reduced to what announcing depends on") struct EndpointIndexTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var slices: [EndpointSlice]
        var expected: ServiceEndpoints?
    }

    static func slice(
        _ name: String, of service: String? = "web", type: String? = "IPv4", _ endpoints: [Endpoint]?
    ) -> EndpointSlice {
        let labels = service.map { [EndpointSlice.serviceNameLabel: $0] }
        return EndpointSlice(
            metadata: ObjectMeta(name: name, namespace: "default", labels: labels), addressType: type,
            endpoints: endpoints)
    }

    static func endpoint(on node: String?, _ conditions: EndpointConditions? = nil) -> Endpoint {
        Endpoint(addresses: ["10.1.0.1"], conditions: conditions, nodeName: node)
    }

    private static func ipv4(ready: [String: Int] = [:], terminating: [String: Int] = [:]) -> ServiceEndpoints {
        ServiceEndpoints([.ipv4: FamilyEndpoints(ready: ready, terminating: terminating)])
    }

    private static let terminates = EndpointConditions(ready: false, serving: true, terminating: true)

    static let rows: [Row] = [
        Row(testDescription: "no slice: nothing is known", slices: [], expected: nil),
        Row(
            testDescription: "a slice without endpoints: nowhere", slices: [slice("a", nil)],
            expected: ServiceEndpoints.none),
        Row(
            testDescription: "ready is absent: ready", slices: [slice("a", [endpoint(on: "n1")])],
            expected: ipv4(ready: ["n1": 1])),
        Row(
            testDescription: "not ready, but serving while it terminates: usable, not ready",
            slices: [slice("a", [endpoint(on: "n1", terminates)])], expected: ipv4(terminating: ["n1": 1])),
        Row(
            testDescription: "publishNotReadyAddresses, so ready while it terminates: it terminates",
            slices: [slice("a", [endpoint(on: "n1", EndpointConditions(ready: true, terminating: true))])],
            expected: ipv4(terminating: ["n1": 1])),
        Row(
            testDescription: "one ready and two that terminate on a node: the ready one gets the traffic",
            slices: [
                slice("a", [endpoint(on: "n1")]),
                slice(
                    "b",
                    ["10.1.0.2", "10.1.0.3"].map {
                        Endpoint(addresses: [$0], conditions: terminates, nodeName: "n1")
                    }),
            ], expected: ipv4(ready: ["n1": 1])),
        Row(
            testDescription: "neither ready nor serving: not usable",
            slices: [slice("a", [endpoint(on: "n1", EndpointConditions(ready: false, serving: false))])],
            expected: ServiceEndpoints.none),
        Row(
            testDescription: "no node: usable, but on no node", slices: [slice("a", [endpoint(on: nil)])],
            expected: ServiceEndpoints([.ipv4: FamilyEndpoints(isUsable: true)])),
        Row(
            testDescription: "several slices of a family are united",
            slices: [slice("a", [endpoint(on: "n1")]), slice("b", [endpoint(on: "n2")])],
            expected: ipv4(ready: ["n1": 1, "n2": 1])),
        Row(
            testDescription: "slices of two families are not",
            slices: [slice("a", [endpoint(on: "n1")]), slice("b", type: "IPv6", [endpoint(on: "n2")])],
            expected: ServiceEndpoints([
                .ipv4: FamilyEndpoints(ready: ["n1": 1]), .ipv6: FamilyEndpoints(ready: ["n2": 1]),
            ])),
        Row(
            testDescription: "no addressType: by the endpoints' addresses",
            slices: [
                slice("a", type: nil, [endpoint(on: "n1"), Endpoint(addresses: ["fd00::1"], nodeName: "n2")]),
                slice("b", type: nil, [Endpoint(addresses: ["a.example"], nodeName: "n3")]),
            ],
            expected: ServiceEndpoints([
                .ipv4: FamilyEndpoints(ready: ["n1": 1]), .ipv6: FamilyEndpoints(ready: ["n2": 1]),
            ])),
        Row(
            testDescription: "no addressType and no addresses: of both families",
            slices: [slice("a", type: nil, [Endpoint(nodeName: "n1")])],
            expected: ServiceEndpoints(both: FamilyEndpoints(ready: ["n1": 1]))),
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

    @Test("Pods are counted by family, each once, in however many slices it is") func counts() {
        let pods = (1...3).map { "10.1.0.\($0)" }
        let slices = [
            Self.slice("four", pods.map { Endpoint(addresses: [$0], nodeName: $0 == pods[2] ? "n2" : "n1") }),
            Self.slice(
                "six", type: "IPv6",
                [Endpoint(addresses: ["fd00::1"], nodeName: "n1"), Endpoint(addresses: ["fd00::3"], nodeName: "n2")]),
        ]
        let more = Self.slice("four-admin", [Endpoint(addresses: [pods[0]], nodeName: "n1")])
        let endpoints = EndpointIndex(slices + [more])[name("web")]
        #expect(["n1", "n2", "n3"].map { endpoints?[.ipv4].count(on: $0) } == [2, 1, 0])
        #expect(["n1", "n2", "n3"].map { endpoints?[.ipv6].count(on: $0) } == [1, 1, 0])
    }

    @Test("A reduced slice amounts to what the whole one does", arguments: 1...20) func reduced(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        func any<Value>(_ values: [Value]) -> Value { values[Int.random(in: 0..<values.count, using: &random)] }
        for round in 0..<50 {
            let slices = (0..<any([1, 2, 3])).map { number in
                let type = any(["IPv4", "IPv4", "IPv6", "FQDN", nil])
                let endpoints = (0..<any([0, 1, 3, 6])).map { _ in
                    Endpoint(
                        addresses: any([nil, [], ["10.1.0.1"], ["10.1.0.2", "10.1.0.9"], ["fd00::1"], ["fd00::2"]]),
                        conditions: any([
                            nil, EndpointConditions(), EndpointConditions(ready: true),
                            EndpointConditions(ready: false), Self.terminates,
                            EndpointConditions(ready: true, serving: true, terminating: true),
                            EndpointConditions(ready: false, serving: false, terminating: true),
                        ]), nodeName: any([nil, "n1", "n2", "n3"]))
                }
                return Self.slice("s\(number)", type: type, any([0, 1, 2, 3]) == 0 ? nil : endpoints)
            }
            let reduced = slices.map(\.reduced)
            #expect(ServiceEndpoints(reduced) == ServiceEndpoints(slices), "seed \(seed), round \(round)")
            #expect(reduced.map(\.reduced) == reduced, "seed \(seed), round \(round)")
            #expect(EndpointIndex(slices) == EndpointIndex(reduced), "seed \(seed), round \(round)")
        }
    }

    @Test("A change is reported only where it matters") func changes() {
        var index = EndpointIndex()
        #expect(index.apply(Self.slice("a", [Self.endpoint(on: "n1")])) == [name("web")])
        // The same pod, by another port.
        #expect(index.apply(Self.slice("a", [Self.endpoint(on: "n1"), Self.endpoint(on: "n1")])) == [])
        // A pod that begins to terminate.
        #expect(index.apply(Self.slice("a", [Self.endpoint(on: "n1", Self.terminates)])) == [name("web")])
        #expect(index.apply(Self.slice("a", [Self.endpoint(on: "n1")])) == [name("web")])
        // Another pod on the same node: it weighs more.
        let other = Endpoint(addresses: ["10.1.0.2"], nodeName: "n1")
        #expect(index.apply(Self.slice("a", [Self.endpoint(on: "n1"), other])) == [name("web")])
        #expect(index[name("web")]?[.ipv4].count(on: "n1") == 2)
        #expect(index.apply(Self.slice("a", [Self.endpoint(on: "n1")])) == [name("web")])
        #expect(index.apply(Self.slice("b", [Self.endpoint(on: "n2")])) == [name("web")])
        #expect(index.remove(NamespacedName(namespace: nil, name: "b")) == [name("web")])
        #expect(index[name("web")] == Self.ipv4(ready: ["n1": 1]))
        // The slice goes to another Service: both are affected.
        #expect(index.apply(Self.slice("a", of: "api", [Self.endpoint(on: "n1")])) == [name("web"), name("api")])
        #expect(index[name("web")] == nil)
        #expect(index[name("api")] == Self.ipv4(ready: ["n1": 1]))
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

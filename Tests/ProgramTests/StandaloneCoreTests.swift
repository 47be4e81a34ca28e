import Addresses
import Announcement
import Assignment
import ClusterConfiguration
import KubernetesModel
import Manifests
import NodeDecisions
import Speaker
import Testing
import Timing

@testable import ClusterDecisions

@Suite struct StandaloneCoreTests {
    static let pool = """
        apiVersion: martlet.dev/v1beta1
        kind: IPAddressPool
        metadata: {name: lan, namespace: martlet-system}
        spec: {addresses: ["192.0.2.10-192.0.2.11"]}
        ---

        """

    static func service(_ name: String, _ more: String = "") -> String {
        """
        apiVersion: v1
        kind: Service
        metadata: {name: \(name), namespace: default}
        spec: {type: LoadBalancer, ports: [{port: 80}]\(more)}
        ---

        """
    }

    private static func reading(_ text: String) -> ManifestReading {
        ManifestReader.read([ManifestFile(name: "all.yaml", text: text)])
    }

    private static func addresses(_ outcome: StandaloneCore.Outcome) -> [String: [String]] {
        Dictionary(
            uniqueKeysWithValues: outcome.update.services.map {
                ($0.name.name, $0.addresses.map(\.address.description))
            })
    }

    @Test("What is new is assigned and announced; reading the same again does nothing") func first() {
        var core = StandaloneCore()
        let reading = Self.reading(Self.pool + Self.service("a"))
        let first = core.handle(reading, at: .zero)
        #expect(Self.addresses(first) == ["a": ["192.0.2.10"]])
        #expect(first.changes.count == 1)
        let second = core.handle(reading, at: .zero)
        #expect(second.changes.isEmpty)
        #expect(second.update.isEmpty)
    }

    @Test("Only what changed goes on") func difference() {
        var core = StandaloneCore()
        _ = core.handle(Self.reading(Self.pool + Self.service("a")), at: .zero)
        let more = core.handle(Self.reading(Self.pool + Self.service("new") + Self.service("a")), at: .zero)
        #expect(Self.addresses(more) == ["new": ["192.0.2.11"]])
        #expect(more.update.configuration == nil && more.update.nodes == nil)
        let less = core.handle(Self.reading(Self.pool + Self.service("new")), at: .zero)
        #expect(less.update.removed.map(\.name) == ["a"])
        #expect(less.update.services.isEmpty)
    }

    @Test("What cannot be read changes nothing, and is told until it can be read again") func unreadable() {
        var core = StandaloneCore()
        _ = core.handle(Self.reading(Self.pool + Self.service("a")), at: .zero)
        for broken in [
            "kind: [", Self.pool + "apiVersion: v1\n", Self.pool + "apiVersion: v1\nkind: Service\nmetadata: {}\n",
        ] {
            let outcome = core.handle(Self.reading(broken), at: .zero)
            #expect(outcome.update.isEmpty, "\(broken)")
            #expect(outcome.changes.isEmpty, "\(broken)")
            #expect(core.problems.contains { $0.message.contains("stay in force") }, "\(core.problems)")
        }
        let mended = core.handle(Self.reading(Self.pool + Self.service("a")), at: .zero)
        #expect(mended.update.isEmpty)
        #expect(core.problems.isEmpty)
    }

    @Test("A Service that has become invalid keeps its last valid form, and so its address") func invalid() {
        var core = StandaloneCore()
        _ = core.handle(Self.reading(Self.pool + Self.service("a")), at: .zero)
        let slip = core.handle(Self.reading(Self.pool + Self.service("a", ", selector: 7")), at: .zero)
        #expect(slip.update.isEmpty)
        #expect(core.problems.contains { $0.severity == .error })
        #expect(core.engine.assignments.first?.addresses.first?.address.description == "192.0.2.10")
    }

    @Test("A pending Service gets the address that another gives up") func pending() {
        var core = StandaloneCore()
        let all = Self.service("a") + Self.service("b") + Self.service("c")
        let full = core.handle(Self.reading(Self.pool + all), at: .zero)
        #expect(full.update.removed.map(\.name) == ["c"], "it has no address")
        let freed = core.handle(Self.reading(Self.pool + Self.service("b") + Self.service("c")), at: .zero)
        #expect(Self.addresses(freed) == ["c": ["192.0.2.10"]])
        #expect(freed.update.removed.map(\.name) == ["a"])
    }

    @Test("Endpoints that come and go reach the Service that they are of, and no other") func endpoints() {
        var core = StandaloneCore()
        let base = Self.pool + Self.service("a") + Self.service("b")
        _ = core.handle(Self.reading(base), at: .zero)
        let slice = """
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: a-1, namespace: default, labels: {kubernetes.io/service-name: a}}
            addressType: IPv4
            endpoints: [{addresses: [10.0.0.1], nodeName: n1, conditions: {ready: true}}]
            """
        let outcome = core.handle(Self.reading(base + slice), at: .zero)
        #expect(outcome.update.services.map(\.name.name) == ["a"])
        #expect(
            outcome.update.services.first?.endpoints == ServiceEndpoints([.ipv4: FamilyEndpoints(ready: ["n1": 1])]))
        #expect(core.handle(Self.reading(base), at: .zero).update.services.first?.endpoints == nil)
    }
}

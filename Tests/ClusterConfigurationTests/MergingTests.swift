import FoundationEssentials
import KubernetesModel
import Testing

@testable import ClusterConfiguration

@Suite("States laid over each other") struct MergingTests {
    private static func service(_ name: String, type: String? = nil) -> Service {
        var spec = ServiceSpec()
        spec.type = type
        return Service(metadata: ObjectMeta(name: name, namespace: "default"), spec: spec)
    }

    private static func pool(_ name: String, _ version: String, mark: String? = nil) throws -> IPAddressPool {
        let labels = mark.map { #", "labels": {"mark": "\#($0)"}"# } ?? ""
        let text = #"{"apiVersion": "\#(version)", "metadata": {"name": "\#(name)"\#(labels)}}"#
        return try JSONDecoder().decode(IPAddressPool.self, from: Data(text.utf8))
    }

    @Test("an object of the same kind, group and name is replaced in its place; others stay, and new ones come last")
    func over() throws {
        var base = ClusterState()
        base.services = [Self.service("a"), Self.service("b")]
        base.pools = [try Self.pool("lan", "martlet.dev/v1beta1"), try Self.pool("lan", "metallb.io/v1beta1")]
        var own = ClusterState()
        own.services = [Self.service("c"), Self.service("a", type: "LoadBalancer")]
        own.pools = [try Self.pool("lan", "metallb.io/v1beta1", mark: "1")]
        let merged = own.applied(over: base)
        #expect(merged.services.map(\.metadata.name) == ["a", "b", "c"])
        #expect(merged.services[0].spec?.type == "LoadBalancer")
        #expect(merged.pools.map { $0.metadata.labels } == [nil, ["mark": "1"]])
    }

    @Test("a configuration alone is completed by the Services and nodes that there are") func completed() throws {
        var other = ClusterState()
        other.services = [Self.service("a")]
        other.nodes = [Node(metadata: ObjectMeta(name: "n1"))]
        other.pools = [try Self.pool("old", "martlet.dev/v1beta1")]
        var own = ClusterState()
        own.pools = [try Self.pool("new", "martlet.dev/v1beta1")]
        let completed = own.completed(from: other)
        #expect(completed.services == other.services && completed.nodes == other.nodes && completed.pools == own.pools)
        own.services = [Self.service("b")]
        #expect(own.completed(from: other).services == own.services)
    }
}

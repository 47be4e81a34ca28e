import Addresses
import Announcement
import ClusterConfiguration
import ClusterDecisions
import Foundation
import KubernetesModel
import TestSupport
import Testing

@testable import Speaker

/// A speaker keeps objects in reduced form. Whatever is decided by an object must be decided the same by what is kept of it.
@Suite("Reduced objects decide as whole ones do") struct ReducedObjectsTests {
    private static func any<Value>(_ values: [Value], _ random: inout SeededGenerator) -> Value {
        values[Int.random(in: 0..<values.count, using: &random)]
    }

    @Test("Nodes", arguments: 1...10) func nodes(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for round in 0..<50 {
            var metadata = ObjectMeta(
                name: "n1", labels: Self.any([nil, ["a": "b"], [NodeView.excludeLabel: ""]], &random),
                annotations: ["x": "y"])
            metadata.deletionTimestamp = Self.any([nil, nil, "2026-01-01T00:00:00Z"], &random)
            metadata.resourceVersion = "7"
            let keys = ["node.kubernetes.io/out-of-service", "ToBeDeletedByClusterAutoscaler", "a", "b"]
            let taints = Self.any([nil, [], keys.shuffled(using: &random).prefix(2).map { Taint(key: $0) }], &random)
            let types = ["Ready", "NetworkUnavailable", "DiskPressure"]
            let conditions = types.map {
                NodeCondition(type: $0, status: Self.any(["True", "False", "Unknown"], &random))
            }
            let node = Node(
                metadata: metadata,
                spec: NodeSpec(unschedulable: Self.any([nil, true, false], &random), taints: taints),
                status: Self.any([nil, NodeStatus(conditions: conditions)], &random))
            for policy in [NodePolicy(), NodePolicy(drainsOnCordon: false, heedsExcludeLabel: false)] {
                #expect(
                    NodeView(node.reduced, policy: policy) == NodeView(node, policy: policy),
                    "seed \(seed), round \(round)")
            }
        }
    }

    @Test("A Node's taints and times that say nothing of announcing are not kept") func noise() {
        var node = Node(metadata: ObjectMeta(name: "n1"), spec: NodeSpec(taints: [Taint(key: "a")]))
        let before = node.reduced
        node.spec?.taints = [Taint(key: "node.kubernetes.io/unreachable")]
        node.metadata.resourceVersion = "8"
        #expect(node.reduced == before)
    }

    @Test("Services", arguments: 1...10) func services(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let address = AnnouncedService.Address(try IPAddress("192.0.2.1"), pool: "lan")
        for round in 0..<50 {
            let annotations = ServiceSwitch.allCases.reduce(into: ["other": "x"]) {
                $0[$1.key] = Self.any([nil, "true", "false", ""], &random)
            }
            var spec = ServiceSpec()
            spec.type = Self.any([nil, "LoadBalancer", "LoadBalancer", "NodePort"], &random)
            spec.loadBalancerClass = Self.any([nil, nil, "example.com/a"], &random)
            spec.externalTrafficPolicy = Self.any([nil, "Local", "Cluster"], &random)
            spec.ports = [ServicePort(port: 80)]
            let service = Service(
                metadata: ObjectMeta(
                    name: "web", namespace: "default", labels: Self.any([nil, ["app": "web"]], &random),
                    annotations: annotations), spec: spec)
            let reduced = service.reduced
            #expect(
                AnnouncedService(reduced, addresses: [address], endpoints: EndpointIndex())
                    == AnnouncedService(service, addresses: [address], endpoints: EndpointIndex()),
                "seed \(seed), round \(round)")
            for name in [nil, "example.com/a"] {
                #expect(
                    reduced.isServed(byClass: name) == service.isServed(byClass: name), "seed \(seed), round \(round)")
            }
            #expect(reduced.reduced == reduced)
        }
    }
}

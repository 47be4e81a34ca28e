import KubernetesModel
import Testing

@testable import Announcement

@Suite("Nodes reduced to what announcing depends on") struct NodeViewTests {
    static func node(
        labels: [String: String]? = nil, cordoned: Bool? = nil, taints: [String] = [], deletedAt: String? = nil,
        _ conditions: (type: String, status: String)...
    ) -> Node {
        var metadata = ObjectMeta(name: "n1", labels: labels)
        metadata.deletionTimestamp = deletedAt
        return Node(
            metadata: metadata,
            spec: NodeSpec(unschedulable: cordoned, taints: taints.isEmpty ? nil : taints.map { Taint(key: $0) }),
            status: conditions.isEmpty
                ? nil : NodeStatus(conditions: conditions.map { NodeCondition(type: $0.type, status: $0.status) }))
    }

    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var node: Node
        var policy = NodePolicy()
        var ranksLast: Bool
        var isLeaving = false
        var obstacle: NotAnnouncedReason?
    }

    private static let outOfService = "node.kubernetes.io/out-of-service"
    private static let scaleDown = "ToBeDeletedByClusterAutoscaler"
    private static let unmoved = NodePolicy(drainsOnCordon: false, heedsExcludeLabel: false)

    static let rows: [Row] = [
        Row(testDescription: "nothing known: healthy", node: node(), ranksLast: false),
        Row(testDescription: "Ready", node: node(("Ready", "True")), ranksLast: false),
        Row(testDescription: "not Ready: last", node: node(("Ready", "False")), ranksLast: true),
        Row(testDescription: "Ready is Unknown: last", node: node(("Ready", "Unknown")), ranksLast: true),
        Row(testDescription: "cordoned: last", node: node(cordoned: true), ranksLast: true, isLeaving: true),
        Row(
            testDescription: "out of service: as cordoned", node: node(taints: ["other", outOfService]),
            ranksLast: true, isLeaving: true),
        Row(
            testDescription: "to be deleted by the autoscaler: as cordoned", node: node(taints: [scaleDown]),
            ranksLast: true, isLeaving: true),
        Row(
            testDescription: "being deleted: as cordoned", node: node(deletedAt: "2026-01-01T00:00:00Z"),
            ranksLast: true, isLeaving: true),
        Row(
            testDescription: "another taint means nothing", node: node(taints: ["node.kubernetes.io/unschedulable"]),
            ranksLast: false),
        Row(
            testDescription: "cordoned, where that drains nothing", node: node(cordoned: true), policy: unmoved,
            ranksLast: false),
        Row(
            testDescription: "cordoned and to be deleted, where a cordon drains nothing: the taint does",
            node: node(cordoned: true, taints: [scaleDown]), policy: unmoved, ranksLast: true, isLeaving: true),
        Row(
            testDescription: "excluded, where the label does not count",
            node: node(labels: [NodeView.excludeLabel: ""]), policy: unmoved, ranksLast: false),
        Row(
            testDescription: "NetworkUnavailable False", node: node(("NetworkUnavailable", "False")), ranksLast: false),
        Row(
            testDescription: "NetworkUnavailable Unknown: last", node: node(("NetworkUnavailable", "Unknown")),
            ranksLast: true),
        Row(
            testDescription: "NetworkUnavailable True: never", node: node(("NetworkUnavailable", "True")),
            ranksLast: false, obstacle: .networkUnavailable),
        Row(
            testDescription: "excluded, whatever the label's value",
            node: node(labels: [NodeView.excludeLabel: "false"]),
            ranksLast: false, isLeaving: true, obstacle: .excluded),
        Row(
            testDescription: "of one condition twice, the last counts",
            node: node(("Ready", "False"), ("Ready", "True")), ranksLast: false),
    ]

    @Test("A Node means", arguments: rows) func reduction(_ row: Row) {
        let view = NodeView(row.node, policy: row.policy)
        #expect(view.isLeaving == row.isLeaving)
        #expect(view.ranksLast == row.ranksLast)
        #expect(view.obstacle?.reason == row.obstacle)
    }

    @Test("Cordoned or excluded, a node gives its routes up; neither keeps it from having any") func leaving() {
        let excluded = NodeView("n1", labels: [NodeView.excludeLabel: ""])
        #expect(excluded.isLeaving && excluded.routeObstacle == nil)
        let cordoned = NodeView("n1", drain: .cordon)
        #expect(cordoned.isLeaving && cordoned.routeObstacle == nil)
        #expect(!NodeView("n1", isReady: false, network: .unknown).isLeaving)
        #expect(NodeView("n1", network: .unavailable).routeObstacle?.reason == .networkUnavailable)
    }

    @Test("A draining node announces nothing") func draining() {
        #expect(NodeView("n1", isDraining: true).obstacle?.reason == .draining)
    }
}

import KubernetesModel
import Testing

@testable import Announcement

@Suite("Nodes reduced to what announcing depends on") struct NodeViewTests {
    static func node(
        labels: [String: String]? = nil, cordoned: Bool? = nil, _ conditions: (type: String, status: String)...
    ) -> Node {
        Node(
            metadata: ObjectMeta(name: "n1", labels: labels), spec: cordoned.map { NodeSpec(unschedulable: $0) },
            status: conditions.isEmpty
                ? nil : NodeStatus(conditions: conditions.map { NodeCondition(type: $0.type, status: $0.status) }))
    }

    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var node: Node
        var ranksLast: Bool
        var obstacle: SilenceReason?
    }

    static let rows: [Row] = [
        Row(testDescription: "nothing known: healthy", node: node(), ranksLast: false),
        Row(testDescription: "Ready", node: node(("Ready", "True")), ranksLast: false),
        Row(testDescription: "not Ready: last", node: node(("Ready", "False")), ranksLast: true),
        Row(testDescription: "Ready is Unknown: last", node: node(("Ready", "Unknown")), ranksLast: true),
        Row(testDescription: "cordoned: last", node: node(cordoned: true), ranksLast: true),
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
            ranksLast: false, obstacle: .excluded),
        Row(
            testDescription: "of one condition twice, the last counts",
            node: node(("Ready", "False"), ("Ready", "True")), ranksLast: false),
    ]

    @Test("A Node means", arguments: rows) func reduction(_ row: Row) {
        let view = NodeView(row.node)
        #expect(view.ranksLast == row.ranksLast)
        #expect(view.obstacle?.reason == row.obstacle)
    }

    @Test("Cordoned or excluded, a node gives its routes up; neither keeps it from having any") func leaving() {
        let excluded = NodeView("n1", labels: [NodeView.excludeLabel: ""])
        #expect(excluded.isLeaving && excluded.routeObstacle == nil)
        let cordoned = NodeView("n1", isCordoned: true)
        #expect(cordoned.isLeaving && cordoned.routeObstacle == nil)
        #expect(!NodeView("n1", isReady: false, network: .unknown).isLeaving)
        #expect(NodeView("n1", network: .unavailable).routeObstacle?.reason == .networkUnavailable)
    }

    @Test("A draining node announces nothing") func draining() {
        #expect(NodeView("n1", isDraining: true).obstacle?.reason == .draining)
    }
}

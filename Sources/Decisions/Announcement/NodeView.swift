import KubernetesModel

/// A node, reduced to what announcing from it depends on.
package struct NodeView: Hashable, Sendable {
    /// The condition `NetworkUnavailable`: whether the node's network is known not to be set up.
    package enum NetworkState: Hashable, Sendable {
        case available
        /// The condition is Unknown: the node has not reported for a while.
        case unknown
        case unavailable
    }

    /// Why a node is being drained of its traffic.
    package enum DrainCause: Hashable, Sendable {
        /// `spec.unschedulable`.
        case cordon
        /// The taint `node.kubernetes.io/out-of-service`: the node is shut down, and an operator says so.
        case outOfService
        /// The taint `ToBeDeletedByClusterAutoscaler`.
        case scaleDown
        /// The Node object is being deleted.
        case deletion

        /// `nil`: the taint means no drain.
        package init?(taint: Taint) {
            switch taint.key {
            case "node.kubernetes.io/out-of-service": self = .outOfService
            case "ToBeDeletedByClusterAutoscaler": self = .scaleDown
            default: return nil
            }
        }

        /// What is the matter with the node; to follow "The node" or "this node".
        var predicate: String {
            switch self {
            case .cordon: "is cordoned"
            case .outOfService: "has the taint node.kubernetes.io/out-of-service"
            case .scaleDown: "has the taint ToBeDeletedByClusterAutoscaler"
            case .deletion: "is being deleted"
            }
        }
    }

    /// A node with this label, with any value, carries no load balancer traffic.
    package static let excludeLabel = "node.kubernetes.io/exclude-from-external-load-balancers"

    package var name: String
    package var labels: [String: String]
    /// The condition `Ready` is True, or absent.
    package var isReady: Bool
    /// Why the node is being drained; `nil`: it is not.
    package var drain: DrainCause?
    package var network: NetworkState
    private var heedsExcludeLabel = true
    /// The speaker there is on its way out, and must not be given anything more.
    package var isDraining: Bool
    /// The interfaces that the node has; `nil` if not known, which is taken for all that anybody asks for.
    package var interfaces: Set<String>?

    package init(
        _ name: String, labels: [String: String] = [:], isReady: Bool = true, drain: DrainCause? = nil,
        network: NetworkState = .available, isDraining: Bool = false, interfaces: Set<String>? = nil
    ) {
        self.name = name
        self.labels = labels
        self.isReady = isReady
        self.drain = drain
        self.network = network
        self.isDraining = isDraining
        self.interfaces = interfaces
    }

    /// The Node as Kubernetes has it. What is absent is assumed healthy.
    package init(_ node: Node, policy: NodePolicy = NodePolicy()) {
        func status(_ condition: String) -> String? {
            node.status?.conditions?.last { $0.type == condition }?.status
        }
        let network: NetworkState =
            switch status("NetworkUnavailable") {
            case "True": .unavailable
            case "Unknown": .unknown
            default: .available
            }
        self.init(
            node.metadata.name, labels: node.metadata.labels ?? [:],
            isReady: status("Ready").map { $0 == "True" } ?? true,
            drain: NodeView.drainCause(of: node, policy), network: network)
        heedsExcludeLabel = policy.heedsExcludeLabel
    }

    /// Whether ``excludeLabel`` is set, and counts.
    package var isExcluded: Bool { heedsExcludeLabel && labels[NodeView.excludeLabel] != nil }

    /// Of several causes, the one that is not taken back.
    private static func drainCause(of node: Node, _ policy: NodePolicy) -> DrainCause? {
        if node.metadata.deletionTimestamp != nil { return .deletion }
        let tainted = (node.spec?.taints ?? []).compactMap { DrainCause(taint: $0) }
        if let cause = tainted.first { return cause }
        return node.spec?.unschedulable == true && policy.drainsOnCordon ? .cordon : nil
    }

    /// Whether the node owns an address only if no other can: it is not Ready, is being drained, or its network is in doubt.
    package var ranksLast: Bool { !isReady || drain != nil || network == .unknown }

    /// Whether the node is Ready, and its network is known to be set up.
    package var isHealthy: Bool { isReady && network == .available }

    /// Whether the node is being drained, or is not to carry such traffic: it gives its routes up where others have them too.
    package var isLeaving: Bool { drain != nil || isExcluded }

    /// Why the node ranks last, to follow "this node"; `nil`: it does not.
    var lastPredicate: String? {
        if let drain { return drain.predicate }
        if !isReady { return "is not Ready" }
        return network == .unknown ? "has the condition NetworkUnavailable Unknown" : nil
    }

    /// Why the node announces nothing at all on layer 2, for any Service; `nil` if it may announce.
    package var obstacle: (reason: NotAnnouncedReason, message: String)? {
        if isExcluded { return (.excluded, "The node has the label \(NodeView.excludeLabel).") }
        return routeObstacle
    }

    /// Why the node advertises no route at all, for any Service; `nil` if it may.
    package var routeObstacle: (reason: NotAnnouncedReason, message: String)? {
        if network == .unavailable {
            return (.networkUnavailable, "The node's condition NetworkUnavailable is True.")
        }
        if isDraining { return (.draining, "The node is being drained.") }
        return nil
    }
}

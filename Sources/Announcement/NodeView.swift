import KubernetesModel

/// A node, reduced to what announcing from it depends on.
package struct NodeView: Hashable, Sendable {
    /// The condition `NetworkUnavailable`: whether the node's network is known not to be set up.
    package enum NetworkState: Hashable, Sendable {
        case available
        /// The condition is Unknown: nobody has heard from the node for a while.
        case unknown
        case unavailable
    }

    /// A node with this label, whatever its value, carries no load balancer traffic.
    package static let excludeLabel = "node.kubernetes.io/exclude-from-external-load-balancers"

    package var name: String
    package var labels: [String: String]
    /// The condition `Ready` is True, or absent.
    package var isReady: Bool
    /// `spec.unschedulable`.
    package var isCordoned: Bool
    package var network: NetworkState
    /// The speaker there is on its way out, and must not be given anything more.
    package var isDraining: Bool
    /// The interfaces that the node has; `nil` if not known, which is taken for all that anybody asks for.
    package var interfaces: Set<String>?

    package init(
        _ name: String, labels: [String: String] = [:], isReady: Bool = true, isCordoned: Bool = false,
        network: NetworkState = .available, isDraining: Bool = false, interfaces: Set<String>? = nil
    ) {
        self.name = name
        self.labels = labels
        self.isReady = isReady
        self.isCordoned = isCordoned
        self.network = network
        self.isDraining = isDraining
        self.interfaces = interfaces
    }

    /// The Node as Kubernetes has it. What is absent is assumed healthy.
    package init(_ node: Node) {
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
            isCordoned: node.spec?.unschedulable ?? false, network: network)
    }

    /// Whether ``excludeLabel`` is set.
    package var isExcluded: Bool { labels[NodeView.excludeLabel] != nil }

    /// Whether the node owns an address only if no other can: it is not Ready, cordoned, or its network is in doubt.
    package var ranksLast: Bool { !isReady || isCordoned || network == .unknown }

    /// Whether the node is Ready, and its network is known to be set up.
    package var isHealthy: Bool { isReady && network == .available }

    /// Whether the node is being drained, or is not to carry such traffic: it gives its routes up where others have them too.
    package var isLeaving: Bool { isCordoned || isExcluded }

    /// Why the node announces nothing at all on layer 2, whatever the Service; `nil` if it may announce.
    package var obstacle: (reason: SilenceReason, message: String)? {
        if isExcluded { return (.excluded, "The node has the label \(NodeView.excludeLabel).") }
        return routeObstacle
    }

    /// Why the node advertises no route at all, whatever the Service; `nil` if it may.
    package var routeObstacle: (reason: SilenceReason, message: String)? {
        if network == .unavailable {
            return (.networkUnavailable, "The node's condition NetworkUnavailable is True.")
        }
        if isDraining { return (.draining, "The node is being drained.") }
        return nil
    }
}

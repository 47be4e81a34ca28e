/// A Node (core/v1), as far as Martlet reads it.
package struct Node: Codable, Hashable, Sendable {
    package var metadata: ObjectMeta
    package var spec: NodeSpec?
    package var status: NodeStatus?

    package init(metadata: ObjectMeta, spec: NodeSpec? = nil, status: NodeStatus? = nil) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }
}

package struct NodeSpec: Codable, Hashable, Sendable {
    /// True on a cordoned node.
    package var unschedulable: Bool?
    package var taints: [Taint]?

    package init(unschedulable: Bool? = nil, taints: [Taint]? = nil) {
        self.unschedulable = unschedulable
        self.taints = taints
    }
}

/// A taint of a Node, by its key alone: Martlet does not look at values and effects.
package struct Taint: Codable, Hashable, Sendable {
    package var key: String

    package init(key: String) { self.key = key }
}

package struct NodeStatus: Codable, Hashable, Sendable {
    package var conditions: [NodeCondition]?
    package var addresses: [NodeAddress]?

    package init(conditions: [NodeCondition]? = nil, addresses: [NodeAddress]? = nil) {
        self.conditions = conditions
        self.addresses = addresses
    }
}

package struct NodeAddress: Codable, Hashable, Sendable {
    /// For example `InternalIP` or `Hostname`.
    package var type: String
    package var address: String

    package init(type: String, address: String) {
        self.type = type
        self.address = address
    }
}

package struct NodeCondition: Codable, Hashable, Sendable {
    /// For example `Ready` or `NetworkUnavailable`.
    package var type: String
    /// `True`, `False` or `Unknown`.
    package var status: String

    package init(type: String, status: String) {
        self.type = type
        self.status = status
    }
}

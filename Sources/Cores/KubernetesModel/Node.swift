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

/// What an object belongs to (meta/v1 OwnerReference): Kubernetes deletes the object with its owner.
package struct OwnerReference: Codable, Hashable, Sendable {
    package var apiVersion: String?
    package var kind: String?
    package var name: String?
    package var uid: String?

    package init(apiVersion: String, kind: String, name: String, uid: String) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.name = name
        self.uid = uid
    }

    /// A Node as an owner; `nil` where its uid is not known.
    package init?(_ node: Node) {
        guard let uid = node.metadata.uid else { return nil }
        self.init(apiVersion: "v1", kind: Node.kind, name: node.metadata.name, uid: uid)
    }
}

/// What every object of Kubernetes carries: the part of `metadata` that Martlet reads.
package struct ObjectMeta: Codable, Hashable, Sendable {
    package var name: String
    package var namespace: String?
    package var labels: [String: String]?
    package var annotations: [String: String]?
    package var uid: String?
    /// Counts the changes of `spec`.
    package var generation: Int64?
    package var resourceVersion: String?
    /// RFC 3339 text, as the API server writes it.
    package var creationTimestamp: String?
    /// Set while the object is being deleted and its finalizers run.
    package var deletionTimestamp: String?
    package var ownerReferences: [OwnerReference]?

    /// Whether this is an earlier form of the same object. (Since Kubernetes 1.35 resource versions are numbers by
    /// contract; they always were.) An unknown order is not older.
    package func isOlder(than other: ObjectMeta) -> Bool {
        guard uid == other.uid, let own = resourceVersion.flatMap(UInt64.init),
            let theirs = other.resourceVersion.flatMap(UInt64.init)
        else { return false }
        return own < theirs
    }

    package init(
        name: String, namespace: String? = nil, labels: [String: String]? = nil, annotations: [String: String]? = nil
    ) {
        self.name = name
        self.namespace = namespace
        self.labels = labels
        self.annotations = annotations
    }
}

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

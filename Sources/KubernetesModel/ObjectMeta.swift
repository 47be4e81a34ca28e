/// What every object of Kubernetes carries: the part of `metadata` that Martlet reads.
package struct ObjectMeta: Codable, Hashable, Sendable {
    package var name: String
    package var namespace: String?
    package var labels: [String: String]?
    package var annotations: [String: String]?
    package var uid: String?
    package var resourceVersion: String?
    /// RFC 3339 text, as the API server writes it.
    package var creationTimestamp: String?
    /// Set while the object is being deleted and its finalizers run.
    package var deletionTimestamp: String?

    package init(
        name: String, namespace: String? = nil, labels: [String: String]? = nil, annotations: [String: String]? = nil
    ) {
        self.name = name
        self.namespace = namespace
        self.labels = labels
        self.annotations = annotations
    }
}

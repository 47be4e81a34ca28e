/// A Service (core/v1), as far as Martlet reads it.
package struct Service: Codable, Hashable, Sendable {
    package var metadata: ObjectMeta
    package var spec: ServiceSpec?
    package var status: ServiceStatus?

    package init(metadata: ObjectMeta, spec: ServiceSpec? = nil, status: ServiceStatus? = nil) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    /// A manifest without a namespace means `default`.
    package var name: NamespacedName {
        NamespacedName(namespace: metadata.namespace ?? "default", name: metadata.name)
    }
}

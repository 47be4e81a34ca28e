/// An EndpointSlice (discovery.k8s.io/v1), as far as Martlet reads it.
package struct EndpointSlice: Codable, Hashable, Sendable {
    /// The label that names the Service a slice belongs to.
    package static let serviceNameLabel = "kubernetes.io/service-name"

    package var metadata: ObjectMeta
    /// `IPv4`, `IPv6` or `FQDN`.
    package var addressType: String?
    package var endpoints: [Endpoint]?

    package init(metadata: ObjectMeta, addressType: String? = nil, endpoints: [Endpoint]? = nil) {
        self.metadata = metadata
        self.addressType = addressType
        self.endpoints = endpoints
    }

    /// The Service that the slice belongs to, by its label.
    package var serviceName: NamespacedName? {
        metadata.labels?[EndpointSlice.serviceNameLabel].map {
            NamespacedName(namespace: metadata.namespace ?? "default", name: $0)
        }
    }
}

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

package struct Endpoint: Codable, Hashable, Sendable {
    package var addresses: [String]?
    package var conditions: EndpointConditions?
    package var nodeName: String?

    package init(addresses: [String]? = nil, conditions: EndpointConditions? = nil, nodeName: String? = nil) {
        self.addresses = addresses
        self.conditions = conditions
        self.nodeName = nodeName
    }

    /// Whether traffic may be sent there: `serving` is true, or `ready` is true or absent.
    package var isUsable: Bool { conditions?.serving == true || conditions?.ready ?? true }

    /// Whether new traffic should be sent there: `ready` is true or absent, and it is not terminating. (With
    /// `publishNotReadyAddresses` an endpoint that terminates is `ready` too.)
    package var isReady: Bool { conditions?.ready ?? true && conditions?.terminating != true }
}

package struct EndpointConditions: Codable, Hashable, Sendable {
    package var ready: Bool?
    package var serving: Bool?
    package var terminating: Bool?

    package init(ready: Bool? = nil, serving: Bool? = nil, terminating: Bool? = nil) {
        self.ready = ready
        self.serving = serving
        self.terminating = terminating
    }
}

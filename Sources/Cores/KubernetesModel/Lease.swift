/// A Lease (coordination.k8s.io/v1): who of several does something now.
package struct Lease: Codable, Hashable, Sendable {
    package var apiVersion: String?
    package var kind: String?
    package var metadata: ObjectMeta
    package var spec: LeaseSpec?

    package init(metadata: ObjectMeta, spec: LeaseSpec? = nil) {
        apiVersion = "coordination.k8s.io/v1"
        kind = "Lease"
        self.metadata = metadata
        self.spec = spec
    }
}

extension Lease: KubernetesObject {
    package static var kind: String { "Lease" }
}

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

package struct LeaseSpec: Codable, Hashable, Sendable {
    /// Empty or absent: no holder.
    package var holderIdentity: String?
    package var leaseDurationSeconds: Int?
    /// RFC 3339 with microseconds.
    package var acquireTime: String?
    package var renewTime: String?
    package var leaseTransitions: Int?

    package init(
        holderIdentity: String? = nil, leaseDurationSeconds: Int? = nil, acquireTime: String? = nil,
        renewTime: String? = nil, leaseTransitions: Int? = nil
    ) {
        self.holderIdentity = holderIdentity
        self.leaseDurationSeconds = leaseDurationSeconds
        self.acquireTime = acquireTime
        self.renewTime = renewTime
        self.leaseTransitions = leaseTransitions
    }
}

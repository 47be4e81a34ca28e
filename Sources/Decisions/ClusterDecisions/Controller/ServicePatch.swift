import KubernetesModel

/// What is to be written to one Service, in one request to its `status` subresource.
///
/// It is made from the Service as it was read, and is to be refused by the API server if that has changed since.
package struct ServicePatch: Hashable, Sendable {
    package var service: NamespacedName
    package var uid: String?
    package var resourceVersion: String?
    /// `nil`: as it is.
    package var ingress: [LoadBalancerIngress]?
    /// All of them, also those of others; `nil`: as they are.
    package var conditions: [Condition]?
    /// Values to set; `nil` as a value removes.
    package var annotations: [String: String?] = [:]

    package var isEmpty: Bool { ingress == nil && conditions == nil && annotations.isEmpty }
}

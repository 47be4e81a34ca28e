import Addresses
import KubernetesModel

/// What makes Services that wait alike: where one of them cannot be served, none of its class can.
struct WaitClass: Hashable, Sendable {
    /// `nil` where it makes no difference: without request and sharing, while no pool has a quota.
    let namespace: String?
    let missing: [AddressFamily]
    let needsAllAtOnce: Bool
    let requested: [IPAddress]
    let requestedPool: String?
    let sharing: SharingOffer?
    /// Empty for a Service that does not share: its ports do not matter then.
    let ports: [PortClaim]
    /// A Service with a request is judged by it, and by its labels; empty for others.
    let labels: [String: String]
    /// A Service that requests an address may have released it itself; `nil` for others.
    let service: NamespacedName?
    /// The pools pinned to the Service.
    let pinned: [Int]
    /// The pool of the address that the Service has already.
    let partner: Int?
}

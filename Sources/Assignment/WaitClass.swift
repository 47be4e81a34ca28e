import Addresses

/// What makes Services that wait alike: where one of them cannot be served, none of its class can.
struct WaitClass: Hashable, Sendable {
    let namespace: String
    let missing: [AddressFamily]
    let needsAllAtOnce: Bool
    let requested: [IPAddress]
    let requestedPool: String?
    let sharing: SharingOffer?
    /// Empty for a Service that does not share: its ports do not matter then.
    let ports: [PortClaim]
    /// The pools pinned to the Service.
    let pinned: [Int]
    /// The pool of the address that the Service has already.
    let partner: Int?
}

/// With whom a Service offers to share an address.
struct SharingOffer: Hashable, Sendable {
    /// Where the traffic of a Service with `externalTrafficPolicy: Local` ends.
    struct Backends: Hashable, Sendable {
        let namespace: String
        let selector: [String: String]
    }

    /// The value of the annotation: equal keys share.
    let key: String
    /// `nil` for the traffic policy `Cluster`, where every node can carry the traffic of every Service.
    let backends: Backends?
}

import Addresses

/// What the rules make of one Service, before it is known who is heard.
struct ServiceFacts: Hashable, Sendable {
    struct AddressFacts: Hashable, Sendable {
        var address: IPAddress
        var isShared: Bool
        /// The layer 2 advertisements that match the Service and the pool, by index.
        var layer2: [Int]
        /// Those of them that also announce a shared address: the ones without `serviceSelectors`.
        var layer2IfShared: [Int]
        /// The BGP advertisements that match the Service and the pool, by index.
        var bgp: [Int]
    }

    var service: AnnouncedService
    var addresses: [AddressFacts]
    /// With `externalTrafficPolicy: Local`, the nodes with a usable endpoint; `nil`: any node may serve.
    var servingNodes: NodeSet?

    /// How many usable endpoints a node has itself; `nil` where any node serves with all of them.
    func endpoints(on node: String) -> Int? {
        guard service.externalTrafficPolicy == .local else { return nil }
        return service.endpoints.map { $0.count(on: node) } ?? 1
    }

    /// Whether there is a usable endpoint anywhere.
    var isReachable: Bool { service.endpoints?.isUsable ?? true }
}

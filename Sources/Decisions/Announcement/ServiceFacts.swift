import Addresses

/// What the rules make of one Service, before the reachable nodes are known.
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
        /// Whether there is a usable endpoint of the address's family anywhere.
        var isReachable: Bool
        /// With `externalTrafficPolicy: Local`, the nodes with a usable endpoint of the address's family; `nil`: any node
        /// may serve.
        var local: LocalNodes?
    }

    /// The nodes that have endpoints themselves; none is in both sets.
    struct LocalNodes: Hashable, Sendable {
        /// Nodes with an endpoint that is ready and not terminating.
        var ready: NodeSet
        /// Nodes whose endpoints all terminate, but still serve.
        var terminating: NodeSet

        var all: NodeSet { ready.union(terminating) }
    }

    var service: AnnouncedService
    var addresses: [AddressFacts]

    /// The number of endpoints of a family that serve a node's own traffic; `nil` where any node serves with all of them.
    func endpoints(_ family: AddressFamily, on node: String) -> Int? {
        guard service.externalTrafficPolicy == .local else { return nil }
        return service.endpoints(family).map { $0.count(on: node) } ?? 1
    }
}

import Addresses
import ClusterConfiguration

// What layer 2 makes of one address of one Service, before the election.
extension AnnouncementRules {
    /// The advertisements that announce the address.
    ///
    /// As in MetalLB, one with `serviceSelectors` does not announce an address that Services share: it could select one
    /// of them and not the other, but a host answers for an address or does not.
    func layer2Advertisements(_ address: ServiceFacts.AddressFacts, isShared: Bool) -> [Int] {
        isShared || address.isShared ? address.layer2IfShared : address.layer2
    }

    /// The nodes that may announce an address for one Service on a segment; none is in both sets.
    struct Candidates: Hashable, Sendable {
        /// Nodes that serve with ready endpoints.
        var ready = NodeSet()
        /// Nodes that serve with endpoints that terminate, and come after all nodes with ready ones.
        var terminating = NodeSet()

        func contains(_ node: Int) -> Bool { ready.contains(node) || terminating.contains(node) }
    }

    /// The nodes that may announce the address for the Service on a segment; `nil` stands for the segment that all share,
    /// to which every interface leads.
    func candidates(
        _ address: ServiceFacts.AddressFacts, isShared: Bool, on interface: String?
    ) -> Candidates {
        guard address.isReachable else { return Candidates() }
        var nodes = NodeSet()
        for index in layer2Advertisements(address, isShared: isShared) {
            guard interface.map(layer2[index].interfaces.contains) ?? true else { continue }
            nodes.formUnion(layer2Nodes[index])
        }
        nodes.formIntersection(nodeList.announcers)
        guard let local = address.local else { return Candidates(ready: nodes) }
        return Candidates(
            ready: nodes.intersection(local.ready), terminating: nodes.intersection(local.terminating))
    }

    /// How much nodes are preferred, by index: the weights that the advertisements on the segment give, added up. Empty
    /// if none prefers any node.
    func weights(_ advertisements: Set<Int>, on interface: String?) -> [Int] {
        var result: [Int] = []
        for index in advertisements.sorted() where !layer2Weights[index].isEmpty {
            guard interface.map(layer2[index].interfaces.contains) ?? true else { continue }
            if result.isEmpty { result = Array(repeating: 0, count: nodeList.nodes.count) }
            for nodeIndex in result.indices where layer2Nodes[index].contains(nodeIndex) {
                result[nodeIndex] += layer2Weights[index][nodeIndex]
            }
        }
        return result
    }

    /// Always, if any of the advertisements on the segment says so.
    func preemption(_ advertisements: Set<Int>, on interface: String?) -> Layer2Preemption {
        let isAlways = advertisements.contains { index in
            layer2[index].preemption == .always && (interface.map(layer2[index].interfaces.contains) ?? true)
        }
        return isAlways ? .always : .never
    }

    /// The interfaces that the advertisements name for a node, united.
    func interfaces(_ advertisements: [Int], node: Int) -> InterfaceSelection? {
        advertisements.filter { layer2Nodes[$0].contains(node) }.map { layer2[$0].interfaces }
            .reduce(nil) { $0?.union($1) ?? $1 }
    }

    /// Why a node may not announce the address for the Service, with any reachable nodes; `nil` if it may.
    func layer2Obstacle(
        _ address: ServiceFacts.AddressFacts, _ advertisements: [Int], node: Int
    ) -> (reason: NotAnnouncedReason, message: String)? {
        guard advertisements.contains(where: { layer2Selected[$0].contains(node) }) else {
            return (.notSelected, "None of \(names(of: advertisements)) selects the node.")
        }
        if let obstacle = nodeList.nodes[node].obstacle ?? endpointObstacle(address, node: node) { return obstacle }
        guard advertisements.contains(where: { layer2Nodes[$0].contains(node) }) else {
            return (.interfaceMissing, "The node has none of the interfaces of \(names(of: advertisements)).")
        }
        return nil
    }

    /// Why a node cannot serve the address, by either protocol; `nil` if it can.
    func endpointObstacle(
        _ address: ServiceFacts.AddressFacts, node: Int
    ) -> (reason: NotAnnouncedReason, message: String)? {
        let family = address.address.family
        guard address.isReachable else { return (.noEndpoint, "The Service has no usable \(family) endpoint.") }
        guard address.local?.all.contains(node) ?? true else {
            return (
                .noLocalEndpoint,
                "The Service has no usable \(family) endpoint on the node, and externalTrafficPolicy is Local."
            )
        }
        return nil
    }

    private func names(of advertisements: [Int]) -> String {
        advertisements.map { "L2Advertisement \(layer2[$0].name)" }.joined(separator: ", ")
    }
}

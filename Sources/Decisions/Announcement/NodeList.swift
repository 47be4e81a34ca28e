/// All nodes, sorted by name; a node's index here is its number in every ``NodeSet``.
struct NodeList: Hashable, Sendable {
    let nodes: [NodeView]
    private let indices: [String: Int]
    /// The nodes that may announce as far as the nodes themselves are concerned.
    let announcers: NodeSet
    /// The nodes that may advertise routes, those that are being drained among them.
    let advertisers: NodeSet
    /// The nodes that are being drained: they give routes up to others.
    let leaving: NodeSet
    /// The nodes that may advertise routes, are Ready and have a network.
    let healthy: NodeSet
    /// The nodes that others may give routes up to: healthy ones that are not being drained.
    let dependable: NodeSet
    /// The nodes that own an address only if no other can.
    let last: NodeSet
    /// By index, what the election knows each node by.
    let hashes: [UInt64]

    /// Of two nodes of one name, the last counts.
    init(_ nodes: [NodeView]) {
        var byName: [String: NodeView] = [:]
        for node in nodes { byName[node.name] = node }
        self.nodes = byName.values.sorted { $0.name < $1.name }
        var indices: [String: Int] = [:]
        for (index, node) in self.nodes.enumerated() { indices[node.name] = index }
        self.indices = indices
        announcers = NodeSet(self.nodes.indices.filter { [nodes = self.nodes] in nodes[$0].obstacle == nil })
        advertisers = NodeSet(self.nodes.indices.filter { [nodes = self.nodes] in nodes[$0].routeObstacle == nil })
        leaving = NodeSet(self.nodes.indices.filter { [nodes = self.nodes] in nodes[$0].isLeaving })
        last = NodeSet(self.nodes.indices.filter { [nodes = self.nodes] in nodes[$0].ranksLast })
        healthy = NodeSet(advertisers.members.filter { [nodes = self.nodes] in nodes[$0].isHealthy })
        dependable = healthy.subtracting(leaving)
        hashes = self.nodes.map { RendezvousHash.node($0.name) }
    }

    func index(of name: String) -> Int? { indices[name] }

    /// The indices of those names that are known.
    func indices(of names: some Sequence<String>) -> NodeSet {
        NodeSet(names.lazy.compactMap { [indices] in indices[$0] })
    }

    func indices(where condition: (NodeView) -> Bool) -> NodeSet {
        NodeSet(nodes.indices.filter { condition(nodes[$0]) })
    }

    /// Whether both name the same nodes, so that the same indices mean the same nodes.
    func hasSameIndices(as other: NodeList) -> Bool {
        nodes.count == other.nodes.count && zip(nodes, other.nodes).allSatisfy { $0.name == $1.name }
    }
}

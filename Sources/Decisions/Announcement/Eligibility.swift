import ClusterConfiguration

/// Which nodes may own an address on a segment, in order of preference. Says nothing about reachability.
///
/// Addresses of equal eligibility are shared out together, so that no node has more than one of them above another.
struct Eligibility: Hashable, Sendable {
    /// Nodes that are equally good.
    struct Tier: Hashable, Sendable {
        /// Lower is better. Nodes with ready endpoints stand above those whose endpoints all terminate; among each,
        /// healthy nodes above those that rank last; among these, where several Services share the address, nodes that can
        /// serve more of them above those that can serve fewer.
        var standing: Int
        /// What the operator prefers among nodes of one standing; higher is better.
        var weight: Int
        var nodes: NodeSet
    }

    /// Best first: by standing, then weight. No tier is empty, no node is in two.
    var tiers: [Tier]
    var preemption: Layer2Preemption

    /// `nil` if there is no node.
    init?(tiers: [Tier], preemption: Layer2Preemption = .never) {
        let tiers = tiers.filter { !$0.nodes.isEmpty }
            .sorted { ($0.standing, -$0.weight) < ($1.standing, -$1.weight) }
        guard !tiers.isEmpty else { return nil }
        self.tiers = tiers
        self.preemption = preemption
    }

    /// The nodes eligible for an address that several Services may share.
    ///
    /// First those with ready endpoints: the nodes that serve more of the Services before those that serve fewer, and
    /// after all of these the nodes that rank last. Then, in the same order, those whose endpoints all terminate. `weights`
    /// are by index; none: all nodes weigh the same. `nil` if no node serves any.
    ///
    /// - Parameters:
    ///   - services: by Service, the nodes that serve it with ready endpoints.
    ///   - terminating: by Service, the nodes that serve it with endpoints that terminate.
    init?(
        services: [NodeSet], terminating: [NodeSet] = [], last: NodeSet, weights: [Int] = [],
        preemption: Layer2Preemption = .never
    ) {
        var tiers = Eligibility.tiers(services, last: last, from: 0)
        let better = services.reduce(into: NodeSet()) { $0.formUnion($1) }
        let base = tiers.map { $0.standing + 1 }.max() ?? 0
        tiers += Eligibility.tiers(terminating.map { $0.subtracting(better) }, last: last, from: base)
        self.init(tiers: weights.isEmpty ? tiers : tiers.flatMap { $0.divided(by: weights) }, preemption: preemption)
    }

    /// The nodes by how many Services they serve, most first; then the same of the nodes that rank last.
    private static func tiers(_ services: [NodeSet], last: NodeSet, from base: Int) -> [Tier] {
        // levels[i]: the nodes that serve more than i of the Services.
        var levels: [NodeSet] = []
        for nodes in services where !nodes.isEmpty {
            levels.append(NodeSet())
            for index in levels.indices.reversed() where index > 0 {
                levels[index].formUnion(levels[index - 1].intersection(nodes))
            }
            levels[0].formUnion(nodes)
        }
        var tiers: [Tier] = []
        for index in levels.indices {
            var exactly = levels[index]
            if index + 1 < levels.count { exactly.subtract(levels[index + 1]) }
            let rank = levels.count - 1 - index
            tiers.append(Tier(standing: base + rank, weight: 0, nodes: exactly.subtracting(last)))
            tiers.append(Tier(standing: base + levels.count + rank, weight: 0, nodes: exactly.intersection(last)))
        }
        return tiers
    }

    /// The equally good nodes among which the address is shared out: the best tier with a reachable node.
    func electorate(among heard: NodeSet) -> NodeSet {
        for tier in tiers {
            let nodes = tier.nodes.intersection(heard)
            if !nodes.isEmpty { return nodes }
        }
        return NodeSet()
    }

    /// Whether a node that holds the address keeps it, given the reachable nodes.
    func retains(_ holder: Int, among heard: NodeSet) -> Bool {
        preemption == .never && isOfBestStanding(holder, among: heard)
    }

    /// Whether a node is reachable, eligible, and no other reachable node is above it, regardless of weight.
    func isOfBestStanding(_ node: Int, among heard: NodeSet) -> Bool {
        guard heard.contains(node), let own = tiers.first(where: { $0.nodes.contains(node) }),
            let best = tiers.first(where: { !$0.nodes.intersection(heard).isEmpty })
        else { return false }
        return own.standing == best.standing
    }
}

extension Eligibility.Tier {
    /// The nodes parted by their weights.
    fileprivate func divided(by weights: [Int]) -> [Eligibility.Tier] {
        Dictionary(grouping: nodes.members) { $0 < weights.count ? weights[$0] : 0 }
            .map { Eligibility.Tier(standing: standing, weight: $0.key, nodes: NodeSet($0.value)) }
    }
}

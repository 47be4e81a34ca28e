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

    /// Nodes that serve some Services: all of these.
    struct Served: Hashable, Sendable {
        var nodes: NodeSet
        /// Of how many Services this is so; at least 1.
        var count: Int
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
        services: [Served], terminating: [Served] = [], last: NodeSet, weights: [Int] = [],
        preemption: Layer2Preemption = .never
    ) {
        var tiers = Eligibility.tiers(services, last: last, from: 0)
        let better = services.reduce(into: NodeSet()) { $0.formUnion($1.nodes) }
        let rest = terminating.map { Served(nodes: $0.nodes.subtracting(better), count: $0.count) }
        tiers += Eligibility.tiers(rest, last: last, from: 2 * Eligibility.total(services))
        self.init(tiers: weights.isEmpty ? tiers : tiers.flatMap { $0.divided(by: weights) }, preemption: preemption)
    }

    /// How many of the Services any node serves.
    private static func total(_ services: [Served]) -> Int {
        services.reduce(0) { $1.nodes.isEmpty ? $0 : $0 + $1.count }
    }

    /// The nodes by how many Services they serve; as many standings below, the same of the nodes that rank last. Standing
    /// `base` is that of a node that serves them all.
    private static func tiers(_ services: [Served], last: NodeSet, from base: Int) -> [Tier] {
        // By number of Services, the nodes that serve so many.
        var serving: [Int: NodeSet] = [:]
        var seen = NodeSet()
        for service in services where !service.nodes.isEmpty {
            var parted: [Int: NodeSet] = [service.count: service.nodes.subtracting(seen)]
            for (count, nodes) in serving {
                parted[count, default: NodeSet()].formUnion(nodes.subtracting(service.nodes))
                parted[count + service.count, default: NodeSet()].formUnion(nodes.intersection(service.nodes))
            }
            serving = parted.filter { !$0.value.isEmpty }
            seen.formUnion(service.nodes)
        }
        let total = total(services)
        return serving.flatMap { count, nodes in
            [
                Tier(standing: base + total - count, weight: 0, nodes: nodes.subtracting(last)),
                Tier(standing: base + 2 * total - count, weight: 0, nodes: nodes.intersection(last)),
            ]
        }
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

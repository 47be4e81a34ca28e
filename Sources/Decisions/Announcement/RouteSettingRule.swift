import AddressPools
import Addresses
import ClusterConfiguration
import KubernetesModel

/// No two advertisements may give one prefix to one peer from one node and differ in what a route has one of: local
/// preference, MED, AS-path prepending, link bandwidth.
///
/// Where pools, aggregation lengths, nodes and peers bring two such advertisements together, the later one is invalid and
/// left out. Where it takes a Service's labels too (one of them has `serviceSelectors`), both stay; the first value counts
/// on the routes that they share, and the engine warns once there is such a route. To set none differs from setting one,
/// as in MetalLB; but on a route an advertisement that sets none has no say.
package enum RouteSettingRule {
    /// The advertisements that stay, in order, and an error for each setting of each that does not.
    package static func resolve(
        _ configuration: Configuration, nodes: [NodeView]
    ) -> (advertisements: [BGPRouteAdvertisement], problems: [Problem]) {
        var kept: [BGPRouteAdvertisement] = []
        var problems: [Problem] = []
        // Advertisements of one kind are judged alike, and the first stands for all of them.
        var verdicts: [Kind: BGPRouteAdvertisement?] = [:]
        var representatives: [(kind: Kind, advertisement: BGPRouteAdvertisement)] = []
        var ranges: [Kind.Prefixes: [IPRange]] = [:]
        for advertisement in configuration.bgpAdvertisements {
            guard advertisement.serviceSelectors.isEmpty else {
                kept.append(advertisement)
                continue
            }
            let kind = Kind(advertisement)
            let first: BGPRouteAdvertisement?
            if let verdict = verdicts[kind] {
                first = verdict
            } else {
                first =
                    representatives.first {
                        $0.kind.settings != kind.settings
                            && excludes($0.advertisement, advertisement, configuration, nodes, &ranges)
                    }?.advertisement
                verdicts.updateValue(first, forKey: kind)
                if first == nil { representatives.append((kind, advertisement)) }
            }
            if let first {
                problems += RouteSetting.differences(first, advertisement)
                    .map { problem(.error, $0, first: first, later: advertisement) }
            } else {
                kept.append(advertisement)
            }
        }
        return (kept, problems)
    }

    /// All of an advertisement without `serviceSelectors` that the rule depends on.
    private struct Kind: Hashable {
        /// The prefixes that it makes in a family.
        struct Prefixes: Hashable {
            let pools: PoolSelection
            let family: AddressFamily
            let length: Int
        }

        let prefixes: [Prefixes]
        let nodeSelectors: [Selector]
        let peers: Set<String>?
        let settings: [UInt32?]

        init(_ advertisement: BGPRouteAdvertisement) {
            prefixes = AddressFamily.allCases.map { Kind.prefixes(of: advertisement, $0) }
            nodeSelectors = advertisement.nodeSelectors
            peers = advertisement.peers
            settings = RouteSetting.allCases.map { $0.value(in: advertisement) }
        }

        static func prefixes(of advertisement: BGPRouteAdvertisement, _ family: AddressFamily) -> Prefixes {
            Prefixes(pools: advertisement.pools, family: family, length: advertisement.length(in: family))
        }
    }

    static func problem(
        _ severity: Problem.Severity, _ setting: RouteSetting, first: BGPRouteAdvertisement,
        later: BGPRouteAdvertisement
    ) -> Problem {
        let values = [later, first].map { setting.text(in: $0, absent: "(none)") }
        let clash = "\(values[0]) differs from the \(values[1]) of \(reference(first))"
        let message =
            switch severity {
            case .error:
                "\(clash), for the same prefixes to the same peers from the same nodes; this advertisement is left "
                    + "out. Set one value in both, or separate them by pools, nodes, peers or aggregation lengths."
            case .warning, .note:
                "\(clash), and a Service that both select puts them on one route, where \(values[1]) is used. "
                    + "Set one value in both, or serviceSelectors that no Service matches both of."
            }
        return Problem(severity, reference(later), field: setting.field, message)
    }

    private static func reference(_ advertisement: BGPRouteAdvertisement) -> ObjectReference {
        ObjectReference(
            kind: "BGPAdvertisement", name: NamespacedName(namespace: advertisement.namespace, name: advertisement.name)
        )
    }

    /// - Parameter ranges: what was computed before of ``ranges(of:_:)``.
    private static func excludes(
        _ first: BGPRouteAdvertisement, _ later: BGPRouteAdvertisement, _ configuration: Configuration,
        _ nodes: [NodeView], _ ranges: inout [Kind.Prefixes: [IPRange]]
    ) -> Bool {
        for family in AddressFamily.allCases
        where sharePrefix(first, later, configuration.pools, family, &ranges)
            && shareNodeAndPeer(first, later, configuration.peers, nodes, family)
        { return true }
        return false
    }

    /// Whether the two make the same prefix of some address of the pools.
    private static func sharePrefix(
        _ first: BGPRouteAdvertisement, _ later: BGPRouteAdvertisement, _ pools: [Pool], _ family: AddressFamily,
        _ known: inout [Kind.Prefixes: [IPRange]]
    ) -> Bool {
        guard first.length(in: family) == later.length(in: family) else { return false }
        func ranges(_ advertisement: BGPRouteAdvertisement) -> [IPRange] {
            let prefixes = Kind.prefixes(of: advertisement, family)
            if let ranges = known[prefixes] { return ranges }
            let ranges = RouteSettingRule.ranges(of: prefixes, pools)
            known[prefixes] = ranges
            return ranges
        }
        let (ours, theirs) = (ranges(first), ranges(later))
        var (i, j) = (0, 0)
        while i < ours.count, j < theirs.count {
            if ours[i].overlaps(theirs[j]) { return true }
            if ours[i].upper < theirs[j].lower { i += 1 } else { j += 1 }
        }
        return false
    }

    /// The addresses of the prefixes, in order and without overlaps.
    private static func ranges(of prefixes: Kind.Prefixes, _ pools: [Pool]) -> [IPRange] {
        IPRange.merged(
            pools.filter { prefixes.pools.contains($0.name) }.flatMap(\.ranges)
                .filter { $0.family == prefixes.family }.map { $0.widened(to: prefixes.length) })
    }

    /// Whether some node gives both to some peer. Peers that do not exist yet count as if they were for every node.
    private static func shareNodeAndPeer(
        _ first: BGPRouteAdvertisement, _ later: BGPRouteAdvertisement, _ peers: [Peer], _ nodes: [NodeView],
        _ family: AddressFamily
    ) -> Bool {
        if let a = first.peers, let b = later.peers, a.isDisjoint(with: b) { return false }
        let common = peers.filter {
            first.peers?.contains($0.name) ?? true && later.peers?.contains($0.name) ?? true
        }
        return nodes.contains { node in
            first.selects(node) && later.selects(node)
                && (common.isEmpty
                    || common.contains { $0.carries(family) && node.matches($0.nodeSelectors) })
        }
    }
}

extension BGPRouteAdvertisement {
    fileprivate func length(in family: AddressFamily) -> Int {
        switch family {
        case .ipv4: aggregationLength
        case .ipv6: aggregationLengthV6
        }
    }

    fileprivate func selects(_ node: NodeView) -> Bool { node.matches(nodeSelectors) }
}

extension NodeView {
    fileprivate func matches(_ selectors: [Selector]) -> Bool {
        selectors.isEmpty || selectors.contains { $0.matches(labels) }
    }
}

extension IPRange {
    /// All addresses of the prefixes of this length that the range touches.
    fileprivate func widened(to length: Int) -> IPRange {
        guard let first = IPPrefix(containing: lower, length: length),
            let last = IPPrefix(containing: upper, length: length)
        else { return self }
        return IPRange(first.range.lower, last.range.upper) ?? self
    }
}

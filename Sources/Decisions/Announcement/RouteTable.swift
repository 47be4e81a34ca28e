import Addresses

/// The routes of one node: which advertisements have a share in each, and how many addresses' worth.
///
/// Many addresses may stand behind one prefix; the route goes when the last of them does.
struct RouteTable: Sendable {
    private struct Share: Hashable, Sendable {
        /// How many contributions; never zero.
        var count = 0
        /// Of those that have a number of endpoints.
        var endpoints = 0
        var withEndpoints = 0

        mutating func add(_ contribution: AnnouncementRules.Contribution, sign: Int = 1) {
            count += sign
            guard let more = contribution.endpoints else { return }
            endpoints += sign * more
            withEndpoints += sign
        }
    }

    private var shares: [IPPrefix: [Int: Share]] = [:]

    init() {}

    var prefixes: some Collection<IPPrefix> { shares.keys }

    /// The advertisements that have a share in the route, ascending; empty if there is no such route.
    func advertisements(of prefix: IPPrefix) -> [Int] { shares[prefix]?.keys.sorted() ?? [] }

    /// The number of endpoints behind an advertisement's share in a route; `nil` if any of its Services has none that is
    /// the node's own affair.
    func endpoints(of prefix: IPPrefix, _ advertisement: Int) -> Int? {
        guard let share = shares[prefix]?[advertisement], share.withEndpoints == share.count else { return nil }
        return share.endpoints
    }

    mutating func add(_ contribution: AnnouncementRules.Contribution) {
        shares[contribution.prefix, default: [:]][contribution.advertisement, default: Share()].add(contribution)
    }

    mutating func remove(_ contribution: AnnouncementRules.Contribution) {
        guard var advertisements = shares[contribution.prefix], var share = advertisements[contribution.advertisement]
        else { return }
        share.add(contribution, sign: -1)
        advertisements[contribution.advertisement] = share.count > 0 ? share : nil
        shares[contribution.prefix] = advertisements.isEmpty ? nil : advertisements
    }
}

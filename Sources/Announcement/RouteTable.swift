import Addresses

/// The routes of one node: which advertisements have a share in each, and how many addresses' worth.
///
/// Many addresses may stand behind one prefix; the route goes when the last of them does.
struct RouteTable: Sendable {
    /// By advertisement, the number of contributions; never zero.
    private var shares: [IPPrefix: [Int: Int]] = [:]

    init() {}

    var prefixes: some Collection<IPPrefix> { shares.keys }

    /// The advertisements that have a share in the route, ascending; empty if there is no such route.
    func advertisements(of prefix: IPPrefix) -> [Int] { shares[prefix]?.keys.sorted() ?? [] }

    mutating func add(_ contribution: AnnouncementRules.Contribution) {
        shares[contribution.prefix, default: [:]][contribution.advertisement, default: 0] += 1
    }

    mutating func remove(_ contribution: AnnouncementRules.Contribution) {
        guard var advertisements = shares[contribution.prefix],
            let count = advertisements[contribution.advertisement]
        else { return }
        advertisements[contribution.advertisement] = count > 1 ? count - 1 : nil
        shares[contribution.prefix] = advertisements.isEmpty ? nil : advertisements
    }
}

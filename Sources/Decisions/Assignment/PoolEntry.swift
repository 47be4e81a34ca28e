import AddressPools
import Addresses
import ClusterConfiguration

/// A pool at work.
struct PoolEntry: Sendable {
    let pool: Pool
    /// Those of the pool's ranges that no earlier pool has, the excluded addresses included.
    let ranges: [IPRange]
    /// Which of its addresses every forwarding host of a segment may answer for.
    let anycast: SubnetRouterAnycast
    /// One of each family.
    private(set) var stocks: [AddressStock]
    /// The addresses that each namespace holds, of each family; kept where there is a quota.
    private var held: [[String: Set<IPAddress>]] = [[:], [:]]

    init(_ pool: Pool, ranges: [IPRange]) {
        self.pool = pool
        self.ranges = ranges
        let excluded = IPRange.merged(pool.excluded)
        let given = excluded.isEmpty ? ranges : ranges.flatMap { $0.subtracting(excluded) }
        anycast = SubnetRouterAnycast(entries: pool.ranges)
        stocks = AddressFamily.allCases.map { [anycast] family in
            AddressStock(
                AddressSegments(family: family, ranges: given, avoidBuggyIPs: pool.avoidBuggyIPs), anycast: anycast)
        }
    }

    var isPinned: Bool { pool.allocation?.isPinned ?? false }

    /// Whether the pool serves everybody who asks for nothing.
    var isForAll: Bool { pool.autoAssign && !isPinned && !pool.disabled }

    subscript(family: AddressFamily) -> AddressStock {
        get { stocks[PoolEntry.index(family)] }
        _modify { yield &stocks[PoolEntry.index(family)] }
    }

    func has(_ family: AddressFamily) -> Bool { !self[family].size.isZero }

    /// Whether a namespace may hold no further address.
    func isOverQuota(_ namespace: String, _ family: AddressFamily) -> Bool {
        guard let quota = pool.quotaPerNamespace else { return false }
        return held(by: namespace, family).count >= quota
    }

    /// The addresses that a namespace holds; none where there is no quota.
    func held(by namespace: String, _ family: AddressFamily) -> Set<IPAddress> {
        held[PoolEntry.index(family)][namespace] ?? []
    }

    mutating func setHeld(_ isHeld: Bool, _ address: IPAddress, by namespace: String) {
        guard pool.quotaPerNamespace != nil else { return }
        let index = PoolEntry.index(address.family)
        if isHeld {
            held[index][namespace, default: []].insert(address)
        } else {
            held[index][namespace]?.remove(address)
            if held[index][namespace]?.isEmpty ?? false { held[index][namespace] = nil }
        }
    }

    private static func index(_ family: AddressFamily) -> Int {
        switch family {
        case .ipv4: 0
        case .ipv6: 1
        }
    }

    /// Pools that are pinned first; then by priority, of which 0 is the last; then by name.
    static func precedes(_ a: Pool, _ b: Pool) -> Bool {
        func key(_ pool: Pool) -> (Int, Int, String) {
            let priority = pool.allocation?.priority ?? 0
            return (pool.allocation?.isPinned ?? false ? 0 : 1, priority == 0 ? .max : priority, pool.name)
        }
        return key(a) < key(b)
    }
}

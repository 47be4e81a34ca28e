import AddressPools
import Addresses
import ClusterConfiguration
import HeapModule
import KubernetesModel
import Timing

// MARK: - Pools
extension AssignmentEngine {
    /// Puts the declared pools to work: every address is lifted, and every Service judged again.
    mutating func replacePools(_ settlement: inout Settlement) {
        for number in records.indices where records[number] != nil {
            lift(number, isRetained: false, &settlement)
            stopWaiting(number)
            settlement.dirty.insert(number)
        }
        let sorted = zip(declaredPools, IPRange.withoutOverlaps(declaredPools.map(\.ranges)))
            .sorted { PoolEntry.precedes($0.0, $1.0) }
        pools = sorted.map { PoolEntry($0, ranges: $1) }
        locator = AddressLocator(pools.map(\.ranges))
        poolNumbers = Dictionary(pools.indices.map { (pools[$0].pool.name, $0) }) { first, _ in first }
        for address in reserved.keys { setReserved(true, address) }
        indexPools()
        restAgain(&settlement)
        for address in settlement.lifted.keys { settlement.lifted[address]?.pool = locator.pool(of: address) }
    }

    private mutating func indexPools() {
        pinned = PinnedPools(
            pools.enumerated().compactMap { number, entry in
                guard entry.isPinned, entry.pool.autoAssign, !entry.pool.disabled else { return nil }
                return entry.pool.allocation.map { (number, $0) }
            })
        hasNamespaceSelectors = pools.contains { !($0.pool.allocation?.namespaceSelectors.isEmpty ?? true) }
        hasQuotas = pools.contains { $0.pool.quotaPerNamespace != nil }
        poolsForAllWithQuota = pools.indices.filter { pools[$0].isForAll && pools[$0].pool.quotaPerNamespace != nil }
        for family in AddressFamily.allCases {
            poolsForAll[family] = pools.count { $0.isForAll && $0.has(family) }
            poolsForAllWithFree[family] = 0
            poolsWithFree[family] = pools.isEmpty ? nil : FreeSlots(last: UInt128(pools.count - 1))
            // At first no pool is known to have a free address.
            for number in pools.indices { poolsWithFree[family]?.take(UInt128(number)) }
            for number in pools.indices { noteFree(pool: number, family) }
        }
    }

    /// Remembers whether a pool that serves everybody has free addresses.
    mutating func noteFree(pool number: Int, _ family: AddressFamily) {
        guard pools[number].isForAll else { return }
        if pools[number][family].hasAvailable {
            if poolsWithFree[family]?.free(UInt128(number)) ?? false { poolsForAllWithFree[family, default: 0] += 1 }
        } else {
            if poolsWithFree[family]?.take(UInt128(number)) ?? false { poolsForAllWithFree[family, default: 0] -= 1 }
        }
    }

    /// The pools pinned to a Service that asks for no pool, in order.
    func pinnedPools(for demand: Demand) -> [Int] {
        pinnedCandidates(for: demand).filter { allows($0, demand) }
    }

    /// The pools that have to be asked whether they are pinned to a Service.
    func pinnedCandidates(for demand: Demand) -> [Int] {
        pinned.candidates(
            namespace: demand.namespace, namespaceLabels: labels(of: demand.namespace), serviceLabels: demand.labels)
    }

    /// Notes which addresses hosts have now, and which they have no longer.
    mutating func reserve(_ settlement: inout Settlement) {
        for address in settlement.reservationChanges {
            let isReserved = reserved[address] != nil
            guard let pool = setReserved(isReserved, address) else { continue }
            noteFree(pool: pool, address.family)
            if case .shared(let shared) = uses[address] {
                setJoinable(shared, address, in: pool, to: !isReserved)
                if !isReserved { wake(.group(shared.group), &settlement) }
            }
            guard !isReserved else { continue }
            announceFree(address, in: pool, &settlement)
            // The Service for which it is kept may have come back while the host had it.
            if let departure = departures[address], departure.isRetained, settlement.now < departure.retainedUntil,
                let number = numbers[departure.service]
            {
                settlement.dirty.insert(number)
            }
        }
    }

    /// Returns the pool that holds the address.
    @discardableResult
    private mutating func setReserved(_ isReserved: Bool, _ address: IPAddress) -> Int? {
        guard let pool = locator.pool(of: address) else { return nil }
        pools[pool][address.family].setReserved(isReserved, address)
        return pool
    }

    /// Whether a pool may give the Service an address.
    func isOpen(_ pool: Int, to demand: Demand) -> Bool { !pools[pool].pool.disabled && allows(pool, demand) }

    func allows(_ pool: Int, _ demand: Demand) -> Bool {
        guard let allocation = pools[pool].pool.allocation else { return true }
        return allocation.allows(
            namespace: demand.namespace, namespaceLabels: labels(of: demand.namespace), serviceLabels: demand.labels)
    }

    /// A namespace's labels, with the one that the API server gives to every namespace.
    private func labels(of namespace: String) -> [String: String] {
        var labels = namespaceLabels[namespace] ?? [:]
        if labels["kubernetes.io/metadata.name"] == nil { labels["kubernetes.io/metadata.name"] = namespace }
        return labels
    }

    func group(of demand: Demand, pool: Int, _ family: AddressFamily) -> SharingGroup? {
        demand.sharing.map {
            SharingGroup(
                family: family, offer: $0, namespace: demand.namespace, sharing: pools[pool].pool.sharing)
        }
    }
}

import AddressPools
import Addresses
import ClusterConfiguration
import HeapModule
import KubernetesModel
import Timing

// MARK: - What a Service could have
extension AssignmentEngine {
    /// What a Service without some address could have now, and what it waits for if that is not everything.
    struct Offer: Sendable {
        enum Pick: Hashable, Sendable {
            /// This address, which is free or shared.
            case exactly(IPAddress, pool: Int)
            /// The next free address of a pool.
            case next(pool: Int)

            var pool: Int {
                switch self {
                case .exactly(_, let pool), .next(let pool): pool
                }
            }
        }

        var picks: [(AddressFamily, Pick)] = []
        var waits: [WaitResource] = []
        /// How many pools were asked whether they are pinned to the Service.
        var poolsTried = 0
    }

    func offer(to record: Record) -> Offer {
        let demand = record.demand
        var offer = Offer()
        guard demand.fault == nil else { return offer }
        let missing = record.missing
        for family in missing {
            guard let address = demand.requested(of: family) else { continue }
            if let refusal = refusal(of: address, to: record, asHolder: false) {
                offer.waits.append(.address(address))
                if case .overQuota = refusal { offer.waits.append(.quota(namespace: demand.namespace, family)) }
            } else if let pool = locator.pool(of: address) {
                offer.picks.append((family, .exactly(address, pool: pool)))
            }
        }
        // What is asked for is given whole or not at all.
        guard offer.waits.isEmpty else {
            offer.picks = []
            return offer
        }
        offerUnrequested(missing.filter { demand.requested(of: $0) == nil }, to: record, &offer)
        if demand.needsAllFamilies, record.holdings.isEmpty, offer.picks.count < missing.count { offer.picks = [] }
        return offer
    }

    /// Offers addresses of the families for which the Service asks for none in particular.
    private func offerUnrequested(_ families: [AddressFamily], to record: Record, _ offer: inout Offer) {
        guard !families.isEmpty else { return }
        let demand = record.demand
        let candidates = demand.requestedPool == nil ? pinnedCandidates(for: demand) : []
        offer.poolsTried = candidates.count
        let pinned = candidates.filter { allows($0, demand) }
        // Both addresses from one pool where one offers both.
        if families.count == 2, let picks = together(families, demand, pinned) {
            offer.picks += picks
            return
        }
        let partner = record.holdings.first?.pool ?? offer.picks.first?.1.pool
        for family in families {
            if let partner, families.count == 1, serves(partner, demand, pinned),
                let pick = pick(family, from: partner, demand)
            {
                offer.picks.append((family, pick))
            } else if let pick = first(family, demand, pinned) {
                offer.picks.append((family, pick))
            } else {
                offer.waits += waits(for: family, demand, pinned, partner)
            }
        }
    }

    /// Whether a pool serves the Service, unasked or because it asks for the pool or for an address of it.
    func serves(_ pool: Int, _ demand: Demand, _ pinned: [Int]) -> Bool {
        if let name = demand.requestedPool { return pools[pool].pool.name == name && isOpen(pool, to: demand) }
        if pools[pool].isForAll || pinned.contains(pool) { return true }
        return demand.requested.contains { locator.pool(of: $0) == pool } && isOpen(pool, to: demand)
    }

    /// What one pool offers: an address to share where there is one, else the next free one.
    func pick(_ family: AddressFamily, from pool: Int, _ demand: Demand) -> Offer.Pick? {
        let entry = pools[pool]
        let isOverQuota = entry.isOverQuota(demand.namespace, family)
        if let group = group(of: demand, pool: pool, family), let joinable = groups[group]?[pool] {
            let slot =
                isOverQuota
                ? slotHeld(by: demand, in: group, pool) : joinable.lowest(withoutPorts: demand.ports)
            if let slot, let address = entry[family].segments.address(at: slot) {
                return .exactly(address, pool: pool)
            }
        }
        return !isOverQuota && entry[family].hasAvailable ? .next(pool: pool) : nil
    }

    /// The first of the addresses that the namespace holds already on which the Service can join.
    private func slotHeld(by demand: Demand, in group: SharingGroup, _ pool: Int) -> UInt128? {
        let slots = pools[pool].held(by: demand.namespace, group.family).compactMap { address -> UInt128? in
            guard case .shared(let shared) = uses[address], shared.group == group, reserved[address] == nil,
                demand.ports.allSatisfy({ shared.ports[$0] == nil })
            else { return nil }
            return pools[pool][group.family].segments.slot(of: address)
        }
        return slots.min()
    }

    /// Addresses of all the families from the first pool that has them all.
    private func together(
        _ families: [AddressFamily], _ demand: Demand, _ pinned: [Int]
    ) -> [(AddressFamily, Offer.Pick)]? {
        func picks(from pool: Int) -> [(AddressFamily, Offer.Pick)]? {
            var result: [(AddressFamily, Offer.Pick)] = []
            for family in families {
                guard let pick = pick(family, from: pool, demand) else { return nil }
                result.append((family, pick))
            }
            return result
        }
        return firstPool(families, demand, pinned) { picks(from: $0) }
    }

    func first(_ family: AddressFamily, _ demand: Demand, _ pinned: [Int]) -> Offer.Pick? {
        firstPool([family], demand, pinned) { pick(family, from: $0, demand) }
    }

    /// The first pool, in the order of pools, that serves the Service and of which `picks` makes something.
    private func firstPool<Picks>(
        _ families: [AddressFamily], _ demand: Demand, _ pinned: [Int], _ picks: (Int) -> Picks?
    ) -> Picks? {
        if let name = demand.requestedPool {
            return poolNumbers[name].flatMap { isOpen($0, to: demand) ? picks($0) : nil }
        }
        for pool in pinned {
            if let result = picks(pool) { return result }
        }
        // Among the pools that serve everybody, only those are looked at that have a free address, or one to share.
        let shared = poolsWithShared(families, demand)
        var candidate = nextWithFree(families[0], from: 0)
        var sharedIndex = 0
        while candidate != nil || sharedIndex < shared.count {
            let pool: Int
            if sharedIndex < shared.count, shared[sharedIndex] <= candidate ?? .max {
                pool = shared[sharedIndex]
                sharedIndex += 1
                if pool == candidate { candidate = nextWithFree(families[0], from: pool + 1) }
            } else if let free = candidate {
                pool = free
                candidate = nextWithFree(families[0], from: pool + 1)
            } else {
                return nil
            }
            if let result = picks(pool) { return result }
        }
        return nil
    }

    private func nextWithFree(_ family: AddressFamily, from pool: Int) -> Int? {
        poolsWithFree[family].flatMap { $0.lowestFree(from: UInt128(pool)) }.map { Int($0) }
    }

    /// Pools that serve everybody and have addresses that the Service's group shares, in order.
    private func poolsWithShared(_ families: [AddressFamily], _ demand: Demand) -> [Int] {
        guard demand.sharing != nil else { return [] }
        var result: Set<Int> = []
        for family in families {
            for group in groupsOfWaiters(family, demand) {
                result.formUnion(groups[group].map { Array($0.keys) } ?? [])
            }
        }
        return result.filter { pools[$0].isForAll }.sorted()
    }

    /// The groups that a Service belongs to: which one counts depends on the pool.
    private func groupsOfWaiters(_ family: AddressFamily, _ demand: Demand) -> [SharingGroup] {
        guard let offer = demand.sharing else { return [] }
        return [
            SharingGroup(family: family, offer: offer, namespace: demand.namespace, sharing: .namespace),
            SharingGroup(family: family, offer: offer, namespace: demand.namespace, sharing: .allNamespaces),
        ]
    }

    /// What would give the Service an address of a family that nothing gives it now.
    private func waits(
        for family: AddressFamily, _ demand: Demand, _ pinned: [Int], _ partner: Int?
    ) -> [WaitResource] {
        var result: [WaitResource] = groupsOfWaiters(family, demand).map { .group($0) }
        var isOverQuota = false
        let named = demand.requestedPool.map { name in poolNumbers[name].map { [$0] } ?? [] }
        // A pool that serves for the sake of the other address, though it allocates only on request.
        let special = partner.flatMap {
            !pinned.contains($0) && !pools[$0].isForAll && serves($0, demand, pinned) ? [$0] : nil
        }
        for pool in named ?? (pinned + (special ?? [])) where pools[pool].has(family) && isOpen(pool, to: demand) {
            if pools[pool].isOverQuota(demand.namespace, family) {
                isOverQuota = true
            } else {
                result.append(.free(pool: pool, family))
            }
        }
        if named == nil {
            isOverQuota =
                isOverQuota || poolsForAllWithQuota.contains { pools[$0].isOverQuota(demand.namespace, family) }
            if poolsForAllWithFree[family, default: 0] < poolsForAll[family, default: 0] {
                result.append(.freeForAll(family))
            }
        }
        if isOverQuota { result.append(.quota(namespace: demand.namespace, family)) }
        return result
    }
}

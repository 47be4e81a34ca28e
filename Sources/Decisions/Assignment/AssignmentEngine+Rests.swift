import AddressPools
import Addresses
import ClusterConfiguration
import HeapModule
import KubernetesModel
import Timing

// MARK: - Released addresses
extension AssignmentEngine {
    /// Releases an address without a holder.
    mutating func release(_ address: IPAddress, _ lifted: Settlement.Lifted, _ settlement: inout Settlement) {
        guard let pool = lifted.pool, pools[pool][address.family].condition(of: address) != nil else { return }
        let durations = pools[pool].pool
        let retains = lifted.isRetained && durations.retainFor > .zero
        if retains || durations.reuseAfter > .zero {
            let departure = Departure(
                service: lifted.service, releasedAt: settlement.now, isRetained: lifted.isRetained,
                restsUntil: settlement.now, retainedUntil: settlement.now)
            rest(address, in: pool, departure)
            if departures[address]?.restsUntil ?? settlement.now <= settlement.now { endRest(of: address, in: pool) }
        } else {
            pools[pool][address.family].free(address)
        }
        noteFree(pool: pool, address.family)
        if pools[pool][address.family].condition(of: address) != .resting {
            announceFree(address, in: pool, &settlement)
        }
    }

    /// Wakes those who wait for an address of this pool.
    func announceFree(_ address: IPAddress, in pool: Int, _ settlement: inout Settlement) {
        wake(.free(pool: pool, address.family), &settlement)
        if pools[pool].isForAll { wake(.freeForAll(address.family), &settlement) }
        wake(.address(address), &settlement)
    }

    /// Lets an address rest as long as its pool says.
    private mutating func rest(_ address: IPAddress, in pool: Int, _ departure: Departure) {
        let durations = pools[pool].pool
        var departure = departure
        departure.retainedUntil = departure.releasedAt.advanced(
            by: departure.isRetained ? durations.retainFor : .zero)
        departure.restsUntil = max(departure.retainedUntil, departure.releasedAt.advanced(by: durations.reuseAfter))
        departures[address] = departure
        if notesUnsaved { unsavedDepartures.insert(address) }
        departed[departure.service, default: []].insert(address)
        pools[pool][address.family].rest(address)
        restEnds.insert(RestEnd(at: departure.restsUntil, address: address))
    }

    private mutating func endRest(of address: IPAddress, in pool: Int) {
        guard let departure = departures[address] else { return }
        if pools[pool].pool.reuseAfter > .zero {
            pools[pool][address.family].endRest(address, releasedAt: departure.releasedAt)
        } else {
            pools[pool][address.family].free(address)
            forgetDeparture(of: address)
        }
    }

    mutating func forgetDeparture(of address: IPAddress) {
        guard let departure = departures.removeValue(forKey: address) else { return }
        if notesUnsaved { unsavedDepartures.insert(address) }
        departed[departure.service]?.remove(address)
        if departed[departure.service]?.isEmpty ?? false { departed[departure.service] = nil }
    }

    /// Frees what has rested long enough.
    mutating func endRests(_ settlement: inout Settlement) {
        while let end = restEnds.min, end.at <= settlement.now {
            restEnds.removeMin()
            guard let departure = departures[end.address], departure.restsUntil == end.at,
                let pool = locator.pool(of: end.address),
                pools[pool][end.address.family].condition(of: end.address) == .resting
            else { continue }
            endRest(of: end.address, in: pool)
            noteFree(pool: pool, end.address.family)
            announceFree(end.address, in: pool, &settlement)
        }
    }

    /// After the pools were replaced: lets every released address rest as its pool says now.
    mutating func restAgain(_ settlement: inout Settlement) {
        restEnds = []
        let all = departures
        guard !pools.isEmpty else { return }
        if notesUnsaved { unsavedDepartures.formUnion(all.keys) }
        departures = [:]
        departed = [:]
        for (address, departure) in all {
            guard let pool = locator.pool(of: address), pools[pool][address.family].condition(of: address) != nil,
                pools[pool].pool.reuseAfter > .zero
                    || departure.isRetained && pools[pool].pool.retainFor > .zero
            else { continue }
            rest(address, in: pool, departure)
            if departures[address]?.restsUntil ?? settlement.now <= settlement.now { endRest(of: address, in: pool) }
            noteFree(pool: pool, address.family)
        }
    }

    /// So that ``nextDeadline`` is of something that will happen.
    mutating func forgetStaleRestEnds() {
        while let end = restEnds.min {
            if let departure = departures[end.address], departure.restsUntil == end.at,
                let pool = locator.pool(of: end.address),
                pools[pool][end.address.family].condition(of: end.address) == .resting
            {
                return
            }
            restEnds.removeMin()
        }
    }
}

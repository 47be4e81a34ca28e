import AddressPools
import Addresses
import ClusterConfiguration
import HeapModule
import KubernetesModel
import Timing

// MARK: - Who has an address
extension AssignmentEngine {
    /// Why the Service may not have an address, or `nil` if it may.
    ///
    /// One that has the address already, or had it before a restart, keeps it regardless of the quota and however
    /// recently it was released.
    func refusal(of address: IPAddress, to record: Record, asHolder: Bool) -> Refusal? {
        let demand = record.demand
        if asHolder, let refusal = contradiction(of: address, to: demand) { return refusal }
        guard let pool = locator.pool(of: address) else { return .notInPool }
        guard let condition = pools[pool][address.family].condition(of: address) else { return .excluded(pool: pool) }
        if let name = demand.requestedPool, pools[pool].pool.name != name { return .otherPoolRequested(pool: pool) }
        guard allows(pool, demand) else { return .notAllowed(pool: pool) }
        if !asHolder, let refusal = closure(of: address, in: pool) { return refusal }
        if let refusal = clash(over: address, in: pool, with: demand) { return refusal }
        guard !asHolder else { return nil }
        if condition == .resting, let departure = departures[address], departure.service != record.order.name {
            return .resting(pool: pool, until: departure.restsUntil)
        }
        guard !pools[pool].isOverQuota(demand.namespace, address.family) || isHeld(address, in: demand.namespace)
        else { return .overQuota(pool: pool) }
        return nil
    }

    /// Why an address is allocated to no new Service.
    func closure(of address: IPAddress, in pool: Int) -> Refusal? {
        if pools[pool].pool.disabled { return .disabled(pool: pool) }
        return reserved[address].map { .reserved($0) }
    }

    /// Whether what the Service says speaks against an address that it has.
    private func contradiction(of address: IPAddress, to demand: Demand) -> Refusal? {
        // What cannot be understood says nothing: the last that could be understood stays in force.
        if let fault = demand.fault { return fault.condemnsHoldings ? .otherRequested : nil }
        guard demand.families.contains(address.family) else { return .familyNotWanted }
        if let requested = demand.requested(of: address.family), requested != address { return .otherRequested }
        return nil
    }

    /// Why a Service cannot have an address beside those that have it.
    private func clash(over address: IPAddress, in pool: Int, with demand: Demand) -> Refusal? {
        switch uses[address] {
        case nil:
            return nil
        case .exclusive(let holder):
            return .inUse(by: holder)
        case .shared(let shared):
            guard let group = group(of: demand, pool: pool, address.family) else {
                return .doesNotShare(with: firstByName(shared.holders))
            }
            guard group == shared.group else { return .otherGroup(than: firstByName(shared.holders)) }
            for port in demand.ports {
                if let holder = shared.ports[port] { return .portInUse(port, by: holder) }
            }
            return nil
        }
    }

    private func firstByName(_ holders: [Int: [PortClaim]]) -> Int {
        let named = holders.keys.compactMap { number in records[number].map { ($0.order.name, number) } }
        return named.min { $0.0 < $1.0 }?.1 ?? 0
    }

    private func isHeld(_ address: IPAddress, in namespace: String) -> Bool {
        switch uses[address] {
        case nil: false
        case .exclusive(let holder): records[holder]?.demand.namespace == namespace
        case .shared(let shared): shared.namespaces[namespace] != nil
        }
    }

    /// Gives a Service an address that it may have.
    mutating func place(_ address: IPAddress, with number: Int, _ settlement: inout Settlement) {
        guard let pool = locator.pool(of: address), let record = records[number] else { return }
        // An address that was lifted in this call is still held, without a holder.
        if pools[pool][address.family].condition(of: address) != .held {
            _ = pools[pool][address.family].take(address)
            noteFree(pool: pool, address.family)
        }
        forgetDeparture(of: address)
        if let group = group(of: record.demand, pool: pool, address.family) {
            join(group, address, in: pool, number, record.demand, &settlement)
        } else {
            uses[address] = .exclusive(number)
            pools[pool].setHeld(true, address, by: record.demand.namespace)
        }
        var holdings = record.holdings
        holdings.append(Holding(address: address, pool: pool))
        holdings.sort { $0.address < $1.address }
        records[number]?.holdings = holdings
        settlement.touched.insert(number)
    }

    private mutating func join(
        _ group: SharingGroup, _ address: IPAddress, in pool: Int, _ number: Int, _ demand: Demand,
        _ settlement: inout Settlement
    ) {
        var shared = AddressUse.Shared(group: group)
        var isNew = true
        if case .shared(var present) = uses.removeValue(forKey: address) {
            // Exchanged, so that there is one copy only, which is changed in its place.
            swap(&shared, &present)
            isNew = false
        }
        let isNewToNamespace = shared.namespaces[demand.namespace] == nil
        if isNewToNamespace { pools[pool].setHeld(true, address, by: demand.namespace) }
        let ports = shared.insert(number, ports: demand.ports, namespace: demand.namespace)
        // What a host has is not among the addresses to share.
        if reserved[address] == nil, let slot = pools[pool][address.family].segments.slot(of: address) {
            if isNew { list(slot, of: group, in: pool) }
            groups[group]?[pool]?.use(ports, on: slot)
            effort.portsNoted += ports.count
        }
        uses[address] = .shared(shared)
        // One more who joins makes nothing available to others, except to those of a namespace that may hold no further
        // address.
        if isNew {
            wake(.group(group), &settlement)
            wake(.address(address), &settlement)
        }
        if isNewToNamespace { wake(.quota(namespace: demand.namespace, address.family), &settlement) }
    }

    /// Lists an address among those that its group can share, with all ports in use on it, or removes it from there: because
    /// a host has it now, or has it no longer.
    mutating func setJoinable(_ shared: AddressUse.Shared, _ address: IPAddress, in pool: Int, to joinable: Bool) {
        guard let slot = pools[pool][address.family].segments.slot(of: address) else { return }
        effort.portsNoted += shared.ports.count
        if joinable {
            list(slot, of: shared.group, in: pool)
            groups[shared.group]?[pool]?.use(shared.ports.keys, on: slot)
        } else {
            groups[shared.group]?[pool]?.free(shared.ports.keys, on: slot)
            unlist(slot, of: shared.group, in: pool)
        }
    }

    private mutating func list(_ slot: UInt128, of group: SharingGroup, in pool: Int) {
        groups[group, default: [:]][pool, default: JoinableAddresses()].insert(slot)
        groupsByKey[group.offer.key, default: []].insert(group)
    }

    /// No port of the address is in use any more.
    private mutating func unlist(_ slot: UInt128, of group: SharingGroup, in pool: Int) {
        groups[group]?[pool]?.remove(slot)
        if groups[group]?[pool]?.isEmpty ?? false { groups[group]?[pool] = nil }
        guard groups[group]?.isEmpty ?? false else { return }
        groups[group] = nil
        groupsByKey[group.offer.key]?.remove(group)
        if groupsByKey[group.offer.key]?.isEmpty ?? false { groupsByKey[group.offer.key] = nil }
    }

    /// Takes a Service's addresses from it, to be placed again or released in the course of this call.
    mutating func lift(_ number: Int, isRetained: Bool, _ settlement: inout Settlement) {
        guard let record = records[number], !record.holdings.isEmpty else { return }
        records[number]?.holdings = []
        settlement.claims[number] = record.holdings
        for holding in record.holdings {
            removeUse(of: holding, by: number, record.demand, &settlement)
            guard uses[holding.address] == nil else { continue }
            settlement.lifted[holding.address] = Settlement.Lifted(
                pool: holding.pool, service: record.order.name, isRetained: isRetained)
        }
    }

    private mutating func removeUse(
        of holding: Holding, by number: Int, _ demand: Demand, _ settlement: inout Settlement
    ) {
        let family = holding.address.family
        var leavesNamespace = true
        if case .shared(var shared) = uses.removeValue(forKey: holding.address) {
            let ports = shared.remove(number, namespace: demand.namespace)
            leavesNamespace = shared.namespaces[demand.namespace] == nil
            if let slot = pools[holding.pool][family].segments.slot(of: holding.address) {
                groups[shared.group]?[holding.pool]?.free(ports, on: slot)
                effort.portsNoted += ports.count
                if shared.holders.isEmpty { unlist(slot, of: shared.group, in: holding.pool) }
            }
            if !shared.holders.isEmpty {
                wake(.group(shared.group), &settlement)
                uses[holding.address] = .shared(shared)
            }
        }
        if leavesNamespace {
            pools[holding.pool].setHeld(false, holding.address, by: demand.namespace)
            wake(.quota(namespace: demand.namespace, family), &settlement)
        }
        wake(.address(holding.address), &settlement)
    }
}

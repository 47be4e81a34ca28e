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
            let somebody = firstByName(shared.holders)
            guard let group = group(of: demand, pool: pool, address.family) else {
                return .doesNotShare(with: somebody)
            }
            guard group == shared.group else { return .otherGroup(than: somebody) }
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
        if case .shared(let present) = uses.removeValue(forKey: address) {
            shared = present
            setJoinable(shared, address, in: pool, to: false)
        }
        if shared.namespaces[demand.namespace] == nil { pools[pool].setHeld(true, address, by: demand.namespace) }
        shared.insert(number, ports: demand.ports, namespace: demand.namespace)
        setJoinable(shared, address, in: pool, to: true)
        uses[address] = .shared(shared)
        wake(.group(group), &settlement)
        wake(.address(address), &settlement)
    }

    /// Lists an address among those that its group can share, or removes it from there. What a host has is not among them.
    mutating func setJoinable(
        _ shared: AddressUse.Shared, _ address: IPAddress, in pool: Int, to joinable: Bool
    ) {
        guard let slot = pools[pool][address.family].segments.slot(of: address) else { return }
        if joinable {
            guard reserved[address] == nil else { return }
            groups[shared.group, default: [:]][pool, default: JoinableAddresses()]
                .insert(slot, signature: shared.signature)
            groupsByKey[shared.group.offer.key, default: []].insert(shared.group)
        } else {
            groups[shared.group]?[pool]?.remove(slot, signature: shared.signature)
            if groups[shared.group]?[pool]?.isEmpty ?? false { groups[shared.group]?[pool] = nil }
            guard groups[shared.group]?.isEmpty ?? false else { return }
            groups[shared.group] = nil
            groupsByKey[shared.group.offer.key]?.remove(shared.group)
            if groupsByKey[shared.group.offer.key]?.isEmpty ?? false { groupsByKey[shared.group.offer.key] = nil }
        }
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
            setJoinable(shared, holding.address, in: holding.pool, to: false)
            shared.remove(number, namespace: demand.namespace)
            leavesNamespace = shared.namespaces[demand.namespace] == nil
            if !shared.holders.isEmpty {
                setJoinable(shared, holding.address, in: holding.pool, to: true)
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

import AddressPools
import Addresses
import ClusterConfiguration
import HeapModule
import KubernetesModel
import Timing

// MARK: - Reasons
extension AssignmentEngine {
    /// At most so many pools are named in one sentence.
    private static let namedPools = 8

    /// Why a pool does not serve a Service. In the order of how near the pool came to serving it.
    private enum Verdict: Int {
        case notAutomatic, notAllowed, lacksFamily, disabled, exhausted, overQuota, resting

        var reason: AssignmentReason {
            switch self {
            case .notAutomatic: .noPools
            case .notAllowed: .poolNotAllowed
            case .lacksFamily: .familyMismatch
            case .disabled: .poolDisabled
            case .exhausted: .poolExhausted
            case .overQuota: .quotaExceeded
            case .resting: .reuseAfter
            }
        }
    }

    /// Why the Service has no address, or not every one that it wants.
    func explanation(for record: Record) -> (reason: AssignmentReason, message: String)? {
        let demand = record.demand
        if let fault = demand.fault { return (fault.reason, fault.message) }
        let missing = record.missing
        for family in missing {
            guard let address = demand.requested(of: family),
                let refusal = refusal(of: address, to: record, asHolder: false)
            else { continue }
            return (refusal.reason, "\(address) was requested: \(sentence(for: refusal, address, record))")
        }
        // An address that could be had alone is withheld for want of the other.
        let pinned = demand.requestedPool == nil ? pinnedPools(for: demand) : []
        for family in missing where demand.requested(of: family) == nil {
            if isServed(family, demand, pinned) { continue }
            return explanation(for: family, demand)
        }
        return nil
    }

    private func isServed(_ family: AddressFamily, _ demand: Demand, _ pinned: [Int]) -> Bool {
        if first(family, demand, pinned) != nil { return true }
        // A pool that allocates on request alone also serves the Service that asks for another of its addresses.
        return demand.requested.contains { address in
            locator.pool(of: address).map { serves($0, demand, pinned) && pick(family, from: $0, demand) != nil }
                ?? false
        }
    }

    private func explanation(for family: AddressFamily, _ demand: Demand) -> (AssignmentReason, String) {
        if let name = demand.requestedPool {
            guard let pool = poolNumbers[name] else {
                if let clause = clause(forPoolInError: name) {
                    return (.noPools, "The requested pool is invalid: \(clause).")
                }
                return (.poolNotFound, "The requested pool \(name) does not exist.")
            }
            let verdict = verdict(on: pool, isRequested: true, family, demand)
            let clause = clause(for: verdict, on: pool, family, demand)
            if verdict == .exhausted, let obstacle = sharingObstacle(family, demand, in: [pool]) {
                return (
                    .sharingRefused, "The requested pool cannot provide an \(family) address: \(clause); \(obstacle)"
                )
            }
            return (verdict.reason, "The requested pool cannot provide an \(family) address: \(clause).")
        }
        guard !pools.isEmpty || !poolsInError.isEmpty else { return (.noPools, "There is no address pool.") }
        var nearest = Verdict.notAutomatic
        var clauses: [String] = []
        for pool in pools.indices {
            let verdict = verdict(on: pool, isRequested: false, family, demand)
            if verdict.rawValue > nearest.rawValue { nearest = verdict }
            if clauses.count < AssignmentEngine.namedPools {
                clauses.append(clause(for: verdict, on: pool, family, demand))
            }
        }
        if pools.count > clauses.count { clauses.append("and \(pools.count - clauses.count) more pools") }
        clauses += clausesForPoolsInError
        let pinned = pinnedPools(for: demand)
        if nearest == .exhausted, demand.sharing != nil,
            let obstacle = sharingObstacle(
                family, demand, in: pools.indices.filter { serves($0, demand, pinned) })
        {
            let list = clauses.joined(separator: "; ")
            return (.sharingRefused, "No pool can provide an \(family) address: \(list); \(obstacle)")
        }
        let message = "No pool can provide an \(family) address: \(clauses.joined(separator: "; "))."
        return (nearest.reason, message)
    }

    private func verdict(on pool: Int, isRequested: Bool, _ family: AddressFamily, _ demand: Demand) -> Verdict {
        let entry = pools[pool]
        // First what no other request could fix.
        guard entry.has(family) else { return .lacksFamily }
        guard !entry.pool.disabled else { return .disabled }
        guard isRequested || entry.pool.autoAssign else { return .notAutomatic }
        guard allows(pool, demand) else { return .notAllowed }
        if entry.isOverQuota(demand.namespace, family) { return .overQuota }
        return entry[family].restingCount > 0 ? .resting : .exhausted
    }

    /// A verdict as part of a sentence.
    private func clause(for verdict: Verdict, on pool: Int, _ family: AddressFamily, _ demand: Demand) -> String {
        let entry = pools[pool]
        let name = entry.pool.name
        let stock = entry[family]
        switch verdict {
        case .lacksFamily: return "\(name) has no \(family) addresses"
        case .disabled: return "\(name) is disabled (spec.disabled: true)"
        case .notAutomatic: return "\(name) allocates only on request (autoAssign: false)"
        case .notAllowed: return "\(name) is pinned to \(pinning(of: entry.pool))"
        case .overQuota:
            let held = entry.held(by: demand.namespace, family).count
            let quota = entry.pool.quotaPerNamespace ?? 0
            return "the namespace \(demand.namespace) has used up its quota of \(name) (\(held) of \(quota))"
        case .resting:
            return "of \(stock.size) in \(name), \(stock.heldCount) are in use and \(stock.restingCount) were released "
                + "too recently"
        case .exhausted:
            let hosts = stock.reservedCount == 0 ? "" : ", \(stock.reservedCount) reserved for hosts"
            return "\(name) is full (\(stock.heldCount) of \(stock.size) in use\(hosts))"
        }
    }

    /// Why an address that others share under the Service's key does not fit it: a sentence, or `nil` if there is none.
    private func sharingObstacle(_ family: AddressFamily, _ demand: Demand, in serving: [Int]) -> String? {
        guard let key = demand.sharing?.key, let number = numbers[demand.name], let record = records[number] else {
            return nil
        }
        let groups = (groupsByKey[key] ?? []).filter { $0.family == family }
        for pool in serving {
            let slots = groups.compactMap { self.groups[$0]?[pool]?.lowest(withoutPorts: []) }
            guard let slot = slots.min(), let address = pools[pool][family].segments.address(at: slot),
                let refusal = refusal(of: address, to: record, asHolder: false)
            else { continue }
            return "\(address) is shared under the same key, but \(sentence(for: refusal, address, record))"
        }
        return nil
    }

    // MARK: Pools in error

    private func clause(forPoolInError name: String) -> String? {
        poolsInError[name].map { "\(name): \($0)" }
    }

    private var clausesForPoolsInError: [String] {
        let names = poolsInError.keys.sorted()
        let named = names.prefix(AssignmentEngine.namedPools).compactMap { name in
            poolsInError[name].map { "\(name) is invalid (\($0))" }
        }
        return named + (names.count > named.count ? ["\(names.count - named.count) more are invalid"] : [])
    }

    /// What a pool is pinned to, for example `the namespaces a, b and Services with app=web`.
    private func pinning(of pool: Pool) -> String {
        guard let allocation = pool.allocation else { return "nobody" }
        var namespaces: [String] = []
        if !allocation.namespaces.isEmpty {
            namespaces.append("the namespaces \(allocation.namespaces.sorted().joined(separator: ", "))")
        }
        if !allocation.namespaceSelectors.isEmpty {
            namespaces.append(
                "namespaces with \(allocation.namespaceSelectors.map(\.description).joined(separator: " or "))")
        }
        let services =
            allocation.serviceSelectors.isEmpty
            ? nil : "Services with \(allocation.serviceSelectors.map(\.description).joined(separator: " or "))"
        return [namespaces.isEmpty ? nil : namespaces.joined(separator: " or "), services].compactMap { $0 }
            .joined(separator: ", and within them to ")
    }
}

// MARK: - Reviews
extension AssignmentEngine {
    /// How a Service came to what it has, pool by pool, for a person who asks; `nil` if Martlet is not responsible for it.
    ///
    /// Costs the order of the number of pools.
    package func review(of service: NamespacedName) -> ServiceReview? {
        guard let number = numbers[service], let record = records[number] else { return nil }
        let demand = record.demand
        let pinned = demand.requestedPool == nil ? pinnedPools(for: demand) : []
        return ServiceReview(
            assignment: assignment(ofNumber: number), families: demand.families,
            needsAllFamilies: demand.needsAllFamilies, requested: demand.requested,
            requestedPool: demand.requestedPool, sharingKey: demand.sharing?.key,
            pools: pools.indices.flatMap { pool in
                demand.families.map { verdict(on: pool, for: record, $0, pinned) }
            }, warnings: warnings(about: record))
    }

    private func verdict(
        on pool: Int, for record: Record, _ family: AddressFamily, _ pinned: [Int]
    ) -> ServiceReview.PoolVerdict {
        let demand = record.demand
        let name = pools[pool].pool.name
        func verdict(_ outcome: ServiceReview.PoolVerdict.Outcome, _ message: String) -> ServiceReview.PoolVerdict {
            ServiceReview.PoolVerdict(pool: name, family: family, outcome: outcome, message: message)
        }
        if let holding = record.holdings.first(where: { $0.pool == pool && $0.address.family == family }) {
            return verdict(.gave(holding.address), "\(name) allocated \(holding.address)")
        }
        if let wanted = demand.requestedPool, wanted != name {
            return verdict(.refused(.poolNotAllowed), "\(name) is not the requested pool (\(wanted))")
        }
        if let address = demand.requested(of: family), locator.pool(of: address) != pool {
            return verdict(.refused(.addressNotInPool), "\(name) does not contain the requested \(address)")
        }
        if let address = demand.requested(of: family),
            let refusal = refusal(of: address, to: record, asHolder: false)
        {
            let sentence = sentence(for: refusal, address, record)
            return verdict(.refused(refusal.reason), "\(name) contains \(address), but \(sentence.dropLast())")
        }
        if serves(pool, demand, pinned), pick(family, from: pool, demand) != nil {
            let stock = pools[pool][family]
            return verdict(.couldServe, "\(name) could allocate (\(stock.heldCount) of \(stock.size) in use)")
        }
        let isAsked = demand.requestedPool != nil || demand.requested(of: family) != nil
        let refusal = self.verdict(on: pool, isRequested: isAsked, family, demand)
        return verdict(.refused(refusal.reason), clause(for: refusal, on: pool, family, demand))
    }
}

// MARK: - Refusals
extension AssignmentEngine {
    /// A refusal as a sentence.
    func sentence(for refusal: Refusal, _ address: IPAddress, _ record: Record) -> String {
        let demand = record.demand
        return switch refusal {
        case .notInPool:
            "no pool contains it\(pools.isEmpty && poolsInError.isEmpty ? ": there are no pools" : "")."
                + (poolsInError.isEmpty ? "" : " Invalid: \(clausesForPoolsInError.joined(separator: "; ")).")
        case .excluded(let pool):
            address.isBuggy && pools[pool].pool.avoidBuggyIPs
                ? "\(name(pool)) never allocates addresses that end in .0 or .255 (avoidBuggyIPs)."
                : "it is among the excluded addresses of \(name(pool))."
        case .otherPoolRequested(let pool):
            poolNumbers[demand.requestedPool ?? ""] == nil
                ? "it is in \(name(pool)), but the requested pool \(demand.requestedPool ?? "") does not exist."
                : "it is in \(name(pool)), but the requested pool is \(demand.requestedPool ?? "")."
        case .notAllowed(let pool):
            "its pool \(name(pool)) is pinned to \(pinning(of: pools[pool].pool))."
        case .disabled(let pool):
            "its pool \(name(pool)) is disabled (spec.disabled: true)."
        case .reserved(let host):
            "\(host) has it."
        case .inUse(let holder):
            "\(service(holder)) has it and does not share it."
        case .doesNotShare(let holder):
            "\(service(holder)) shares it, but this Service has no sharing key."
        case .otherGroup(let holder):
            difference(from: holder, record, address)
        case .portInUse(let port, let holder):
            "\(service(holder)) shares it, and uses port \(port) too."
        case .resting(let pool, _):
            "it was released too recently (reuseAfter or retainFor of \(name(pool)))."
        case .overQuota(let pool):
            "the namespace \(demand.namespace) has used up its quota of \(name(pool)) "
                + "(\(pools[pool].held(by: demand.namespace, address.family).count) of "
                + "\(pools[pool].pool.quotaPerNamespace ?? 0))."
        case .familyNotWanted:
            "the Service no longer requests \(address.family)."
        case .otherRequested:
            demand.fault?.message
                ?? "the Service requests \(demand.requested(of: address.family)?.description ?? "another")."
        }
    }

    /// Why two Services that both offer to share do not share.
    private func difference(from holder: Int, _ record: Record, _ address: IPAddress) -> String {
        guard let other = records[holder], let theirs = other.demand.sharing, let ours = record.demand.sharing else {
            return "it is shared by others."
        }
        if theirs.key != ours.key {
            return
                "\(other.order.name) shares it under the key \"\(theirs.key)\", and this Service has \"\(ours.key)\"."
        }
        if other.demand.namespace != record.demand.namespace,
            locator.pool(of: address).map({ pools[$0].pool.sharing == .namespace }) ?? false
        {
            return "\(other.order.name) shares it, but the pool shares only within a namespace (sharing: Namespace)."
        }
        let name = other.order.name
        let remedy = "Services that share with Local need the same policy, namespace and selector"
        switch (theirs.backends, ours.backends) {
        case (nil, _?):
            return "\(name) shares it with externalTrafficPolicy Cluster, and this Service has Local: \(remedy)."
        case (_?, nil):
            return "\(name) shares it with externalTrafficPolicy Local, and this Service has Cluster: \(remedy)."
        case (let theirs?, let ours?) where theirs.namespace != ours.namespace:
            return "\(name) shares it with externalTrafficPolicy Local in another namespace: \(remedy)."
        case (_?, _?):
            return "\(name) shares it with externalTrafficPolicy Local and another selector: \(remedy)."
        case (nil, nil):
            return "it is shared by others."
        }
    }

    private func name(_ pool: Int) -> String { pools[pool].pool.name }

    private func service(_ number: Int) -> String { records[number]?.order.name.description ?? "another Service" }
}

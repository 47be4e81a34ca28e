import Addresses
import ClusterConfiguration
import KubernetesModel
import Timing

/// The rules of assignment without any cleverness: every question is answered by looking at everything.
struct ModelEngine {
    struct Departure {
        let service: NamespacedName
        let at: Instant
        let isRetained: Bool
    }

    var pools: [Pool] = []
    var services: [NamespacedName: ModelService] = [:]
    var holdings: [NamespacedName: [IPAddress]] = [:]
    var departures: [IPAddress: Departure] = [:]
    var labels: [String: [String: String]] = [:]
    var reserved: Set<IPAddress> = []
    var now = Instant.zero

    // MARK: Addresses

    func pool(of address: IPAddress) -> Pool? { pools.first { $0.ranges.contains { $0.contains(address) } } }

    func isGiven(_ address: IPAddress, by pool: Pool) -> Bool {
        guard pool.ranges.contains(where: { $0.contains(address) }) else { return false }
        if pool.excluded.contains(where: { $0.contains(address) }) { return false }
        let last = address.rawValue & 255
        return !(pool.avoidBuggyIPs && address.family == .ipv4 && (last == 0 || last == 255))
    }

    /// Every address of a pool, in declared order.
    func addresses(of pool: Pool, _ family: AddressFamily) -> [IPAddress] {
        var result: [IPAddress] = []
        for range in pool.ranges where range.family == family {
            var next: IPAddress? = range.lower
            while let address = next, address <= range.upper {
                if isGiven(address, by: pool) { result.append(address) }
                next = address.successor
            }
        }
        return result
    }

    func holders(of address: IPAddress) -> [NamespacedName] {
        holdings.filter { $0.value.contains(address) }.map(\.key)
    }

    func restsUntil(_ address: IPAddress, _ pool: Pool) -> Instant? {
        departures[address].map { departure in
            max(
                departure.at.advanced(by: pool.reuseAfter),
                departure.at.advanced(by: departure.isRetained ? pool.retainFor : .zero))
        }
    }

    /// Whether an address is kept for the Service that left it.
    func isRetained(_ address: IPAddress) -> Bool {
        guard let departure = departures[address], departure.isRetained, let pool = pool(of: address) else {
            return false
        }
        return now < departure.at.advanced(by: pool.retainFor)
    }

    func isResting(_ address: IPAddress, _ pool: Pool) -> Bool { restsUntil(address, pool).map { now < $0 } ?? false }

    // MARK: Rules

    func allows(_ pool: Pool, _ service: ModelService) -> Bool {
        guard let allocation = pool.allocation else { return true }
        let namespace = service.name.namespace ?? ""
        let byNamespace =
            allocation.namespaces.isEmpty && allocation.namespaceSelectors.isEmpty
            || allocation.namespaces.contains(namespace)
            || allocation.namespaceSelectors.contains { $0.matches(labels[namespace] ?? [:]) }
        return byNamespace
            && (allocation.serviceSelectors.isEmpty
                || allocation.serviceSelectors.contains { $0.matches(service.labels) })
    }

    func mayShare(_ a: ModelService, _ b: ModelService, in pool: Pool) -> Bool {
        guard let key = a.sharingKey, key == b.sharingKey, a.ports.isDisjoint(with: b.ports) else { return false }
        if pool.sharing == .namespace, a.name.namespace != b.name.namespace { return false }
        return switch (a.localSelector, b.localSelector) {
        case (nil, nil): true
        case (let x?, let y?): x == y && a.name.namespace == b.name.namespace
        default: false
        }
    }

    func mayHave(_ service: ModelService, _ address: IPAddress) -> Bool {
        guard let pool = pool(of: address), isGiven(address, by: pool), allows(pool, service) else { return false }
        if let name = service.pool, name != pool.name { return false }
        return holders(of: address).allSatisfy { name in
            name == service.name || services[name].map { mayShare(service, $0, in: pool) } ?? true
        }
    }

    func mayKeep(_ service: ModelService, _ address: IPAddress) -> Bool {
        guard !service.isMismatched, service.families.contains(address.family) else { return false }
        if let requested = service.requested[address.family], requested != address { return false }
        return mayHave(service, address)
    }

    func held(by namespace: String?, in pool: Pool, _ family: AddressFamily) -> Set<IPAddress> {
        Set(
            holdings.filter { $0.key.namespace == namespace }.flatMap(\.value)
                .filter { address in address.family == family && pool.ranges.contains { $0.contains(address) } })
    }

    func isOverQuota(_ service: ModelService, _ pool: Pool, _ address: IPAddress) -> Bool {
        guard let quota = pool.quotaPerNamespace else { return false }
        let held = held(by: service.name.namespace, in: pool, address.family)
        return held.count >= quota && !held.contains(address)
    }

    /// RFC 4291 §2.6.1, for all that the walk's world has: the first of a /64, and the first of an entry of four or more.
    func isAnycast(_ address: IPAddress, _ pool: Pool) -> Bool {
        guard address.family == .ipv6 else { return false }
        return address.rawValue << 64 == 0
            || pool.ranges.contains { range in
                range.lower == address && range.prefixes.count == 1 && range.prefixes[0].length <= 126
            }
    }

    // MARK: What happened

    mutating func setPools(_ new: [Pool]) {
        guard new != pools else { return }
        pools = new
        for (address, departure) in departures where !new.isEmpty {
            let pool = pool(of: address)
            let rests = pool.map {
                isGiven(address, by: $0)
                    && ($0.reuseAfter > .zero || departure.isRetained && $0.retainFor > .zero)
            }
            if rests != true { departures[address] = nil }
        }
        settle(Set(services.keys))
    }

    mutating func apply(_ service: ModelService) {
        let former = services[service.name]
        services[service.name] = service
        let held = holdings[service.name] ?? []
        let learns = former?.status != service.status && !service.status.isEmpty && held.count < service.families.count
        if former?.withoutStatus != service.withoutStatus || learns { settle([service.name]) }
    }

    mutating func remove(_ name: NamespacedName) {
        guard services.removeValue(forKey: name) != nil else { return }
        let gone = holdings.removeValue(forKey: name) ?? []
        for address in gone where holders(of: address).isEmpty { release(address, from: name, isRetained: true) }
        settle([])
    }

    mutating func setLabels(_ new: [String: String], of namespace: String) {
        guard labels[namespace] ?? [:] != new else { return }
        labels[namespace] = new
        guard pools.contains(where: { !($0.allocation?.namespaceSelectors.isEmpty ?? true) }) else { return }
        settle(Set(services.keys.filter { $0.namespace == namespace }))
    }

    mutating func reserve(_ new: Set<IPAddress>) {
        let freed = reserved.subtracting(new)
        reserved = new
        settle(Set(freed.filter(isRetained).compactMap { departures[$0]?.service }.filter { services[$0] != nil }))
    }

    mutating func advance(to instant: Instant) {
        now = instant
        settle([])
    }

    // MARK: Consequences

    mutating func release(_ address: IPAddress, from service: NamespacedName, isRetained: Bool) {
        guard let pool = pool(of: address), isGiven(address, by: pool) else { return }
        guard pool.reuseAfter > .zero || isRetained && pool.retainFor > .zero else { return }
        departures[address] = Departure(service: service, at: now, isRetained: isRetained)
    }

    mutating func give(_ address: IPAddress, to service: NamespacedName) {
        holdings[service, default: []].append(address)
        holdings[service]?.sort()
        departures[address] = nil
    }

    var inOrder: [ModelService] { services.values.sorted { ($0.rank, $0.name) < ($1.rank, $1.name) } }

    func missing(_ service: ModelService) -> [AddressFamily] {
        service.families.filter { family in !(holdings[service.name] ?? []).contains { $0.family == family } }
    }

    mutating func settle(_ dirty: Set<NamespacedName>) {
        let judged = inOrder.filter { dirty.contains($0.name) }
        var former: [NamespacedName: [IPAddress]] = [:]
        for service in judged { former[service.name] = holdings.removeValue(forKey: service.name) }
        for service in judged {
            for address in former[service.name] ?? [] where mayKeep(service, address) {
                give(address, to: service.name)
            }
        }
        for service in judged {
            for address in service.status
            where missing(service).contains(address.family) && mayKeep(service, address) {
                give(address, to: service.name)
            }
        }
        for service in judged {
            let kept = departures.filter { $0.value.service == service.name && isRetained($0.key) }
            for address in kept.keys.sorted()
            where missing(service).contains(address.family) && mayKeep(service, address)
                && !reserved.contains(address) && pool(of: address)?.disabled == false
            {
                give(address, to: service.name)
            }
        }
        for service in judged {
            for address in former[service.name] ?? [] where holders(of: address).isEmpty {
                release(address, from: service.name, isRetained: false)
            }
        }
        // What rested in a pool that gives the lowest free address is as any other again.
        for address in departures.keys {
            if let pool = pool(of: address), pool.reuseAfter == .zero, !isResting(address, pool) {
                departures[address] = nil
            }
        }
        while let (service, picks) = firstToServe() {
            for address in picks { give(address, to: service) }
        }
    }

    func firstToServe() -> (NamespacedName, [IPAddress])? {
        for service in inOrder {
            let picks = picks(for: service)
            if !picks.isEmpty { return (service.name, picks) }
        }
        return nil
    }

    func picks(for service: ModelService) -> [IPAddress] {
        guard !service.isMismatched else { return [] }
        let missing = missing(service)
        var result: [IPAddress] = []
        for family in missing {
            guard let address = service.requested[family] else { continue }
            guard let pool = pool(of: address), !pool.disabled, !reserved.contains(address), mayHave(service, address),
                !isOverQuota(service, pool, address),
                !isResting(address, pool) || departures[address]?.service == service.name
            else { return [] }
            result.append(address)
        }
        let open = missing.filter { service.requested[$0] == nil }
        let unasked = candidates(service)
        let partner = (holdings[service.name]?.first ?? result.first).flatMap { pool(of: $0) }
        if open.count == 2,
            let both = unasked.lazy.map({ pool in open.compactMap { self.pick($0, pool, service) } })
                .first(where: { $0.count == 2 })
        {
            result += both
        } else {
            for family in open {
                var order = unasked
                if open.count == 1, let partner, !partner.disabled, service.pool == nil || service.pool == partner.name,
                    allows(partner, service),
                    unasked.contains(partner)
                        || service.requested.values.contains(where: { pool(of: $0) == partner })
                {
                    order.insert(partner, at: 0)
                }
                if let pick = order.lazy.compactMap({ self.pick(family, $0, service) }).first { result.append(pick) }
            }
        }
        let isFresh = (holdings[service.name] ?? []).isEmpty
        return service.needsAll && isFresh && result.count < missing.count ? [] : result
    }

    func candidates(_ service: ModelService) -> [Pool] {
        if let name = service.pool {
            return pools.filter { $0.name == name && !$0.disabled && allows($0, service) }
        }
        return pools.filter { $0.autoAssign && !$0.disabled && allows($0, service) }.sorted { a, b in
            func key(_ pool: Pool) -> (Int, Int, String) {
                let priority = pool.allocation?.priority ?? 0
                let isPinned = pool.allocation?.isPinned ?? false
                return (isPinned ? 0 : 1, priority == 0 ? .max : priority, pool.name)
            }
            return key(a) < key(b)
        }
    }

    func pick(_ family: AddressFamily, _ pool: Pool, _ service: ModelService) -> IPAddress? {
        let all = addresses(of: pool, family)
        let shared = all.first { address in
            !holders(of: address).isEmpty && !reserved.contains(address) && mayHave(service, address)
                && !isOverQuota(service, pool, address)
        }
        if let shared { return shared }
        let free = all.filter { holders(of: $0).isEmpty && !isResting($0, pool) && !reserved.contains($0) }
        let ordinary = free.filter { !isAnycast($0, pool) }
        let fresh = ordinary.first { departures[$0] == nil }
        let rested = ordinary.enumerated().compactMap { index, address in
            departures[address].map { ($0.at, index, address) }
        }.min { ($0.0, $0.1) < ($1.0, $1.1) }
        guard let address = fresh ?? rested?.2 ?? free.first, !isOverQuota(service, pool, address) else { return nil }
        return address
    }
}

import AddressPools
import Addresses
import ClusterConfiguration
import HeapModule
import KubernetesModel
import Timing

// MARK: - Settling
extension AssignmentEngine {
    /// Judges every dirty Service, and serves who waits for what became available.
    mutating func settle(_ settlement: inout Settlement) {
        let dirty = inOrder(settlement.dirty)
        settlement.touched.formUnion(dirty)
        // Two Services that exchange something must not stand in one another's way: first all let go, then each takes
        // what it had, if it still may.
        for number in dirty { lift(number, isRetained: false, &settlement) }
        keepHoldings(of: dirty, &settlement)
        claim(for: dirty, &settlement) { engine, _, record in engine.isFaultless(record) ? record.status : [] }
        if !restored.isEmpty {
            claim(for: dirty, &settlement) { engine, _, record in engine.restored[record.order.name] ?? [] }
            for number in dirty { if let name = records[number]?.order.name { restored[name] = nil } }
        }
        let now = settlement.now
        let new = settlement.new
        claim(for: dirty, &settlement) { engine, number, record in
            guard new.contains(number) else { return [] }
            return (engine.departed[record.order.name] ?? [])
                .filter { engine.departures[$0].map { $0.isRetained && now < $0.retainedUntil } ?? false }
                .sorted()
        }
        releaseRestored(&settlement)
        for (address, lifted) in settlement.lifted where uses[address] == nil {
            release(address, lifted, &settlement)
        }
        serve(dirty, &settlement)
    }

    private func isFaultless(_ record: Record) -> Bool { !(record.demand.fault?.condemnsHoldings ?? false) }

    private func inOrder(_ numbers: Set<Int>) -> [Int] {
        guard numbers.count > 1 else { return Array(numbers) }
        let orders = numbers.compactMap { number in records[number].map { ($0.order, number) } }
        return orders.sorted { $0.0 < $1.0 }.map(\.1)
    }

    /// Gives back what the Services had, where they still may have it.
    private mutating func keepHoldings(of dirty: [Int], _ settlement: inout Settlement) {
        for number in dirty {
            for holding in settlement.claims[number] ?? [] {
                guard let record = records[number] else { continue }
                if let refusal = refusal(of: holding.address, to: record, asHolder: true) {
                    settlement.releases[record.order.name, default: []].append(
                        .init(
                            address: holding.address,
                            message:
                                "\(holding.address) was taken back: \(sentence(for: refusal, holding.address, record))")
                    )
                } else {
                    place(holding.address, with: number, &settlement)
                }
            }
        }
    }

    /// Gives addresses to the Services that are known to have had them.
    private mutating func claim(
        for dirty: [Int], _ settlement: inout Settlement,
        _ addresses: (AssignmentEngine, Int, Record) -> [IPAddress]
    ) {
        for number in dirty {
            guard let former = records[number], !former.missing.isEmpty else { continue }
            for address in addresses(self, number, former) {
                guard let record = records[number],
                    !record.holdings.contains(where: { $0.address.family == address.family }),
                    refusal(of: address, to: record, asHolder: true) == nil
                else { continue }
                place(address, with: number, &settlement)
            }
        }
    }

    /// Services that were saved, and are gone after the restart, have left their addresses.
    private mutating func releaseRestored(_ settlement: inout Settlement) {
        guard !restored.isEmpty, !pools.isEmpty else { return }
        for (name, addresses) in restored {
            for address in addresses where uses[address] == nil && settlement.lifted[address] == nil {
                guard let pool = locator.pool(of: address), pools[pool][address.family].condition(of: address) == .free
                else { continue }
                release(address, .init(pool: pool, service: name, isRetained: true), &settlement)
            }
        }
        restored = [:]
    }
}

// MARK: - Serving
extension AssignmentEngine {
    /// A Service to look at: one that was judged, or the first of a class that waits for something.
    private struct Candidate: Comparable {
        let order: AssignmentOrder
        let number: Int
        let place: (resource: WaitResource, waitClass: WaitClass, ticket: UInt64)?

        static func < (a: Candidate, b: Candidate) -> Bool { a.order < b.order }
        static func == (a: Candidate, b: Candidate) -> Bool { a.order == b.order }
    }

    /// Gives addresses in order to those without: the dirty, and those that wait for what became available.
    private mutating func serve(_ dirty: [Int], _ settlement: inout Settlement) {
        var candidates: Heap<Candidate> = []
        for number in dirty {
            guard let record = records[number] else { continue }
            if record.missing.isEmpty {
                stopWaiting(number)
            } else {
                candidates.insert(Candidate(order: record.order, number: number, place: nil))
            }
        }
        /// Classes of which one was looked at in vain since the thing that they wait for became available.
        var exhausted: [WaitResource: Set<WaitClass>] = [:]
        while true {
            for resource in settlement.woken {
                exhausted[resource] = nil
                for waitClass in queues[resource].map({ Array($0.classes.keys) }) ?? [] {
                    enqueue(resource, waitClass, &candidates)
                }
            }
            settlement.woken = []
            guard let candidate = candidates.popMin() else { return }
            guard let place = candidate.place else {
                _ = serve(candidate.number, &settlement)
                continue
            }
            guard isWorthwhile(place.resource), !(exhausted[place.resource]?.contains(place.waitClass) ?? false)
            else { continue }
            guard records[candidate.number]?.ticket == place.ticket else {
                enqueue(place.resource, place.waitClass, &candidates)
                continue
            }
            if serve(candidate.number, &settlement) {
                enqueue(place.resource, place.waitClass, &candidates)
            } else {
                exhausted[place.resource, default: []].insert(place.waitClass)
            }
        }
    }

    private mutating func enqueue(
        _ resource: WaitResource, _ waitClass: WaitClass, _ candidates: inout Heap<Candidate>
    ) {
        guard var queue = queues.removeValue(forKey: resource) else { return }
        if let first = queue.first(of: waitClass, isCurrent: { isCurrent($0) }) {
            candidates.insert(
                Candidate(order: first.order, number: first.service, place: (resource, waitClass, first.ticket)))
        }
        queues[resource] = queue
    }

    /// Whether what somebody waits for is still there.
    private func isWorthwhile(_ resource: WaitResource) -> Bool {
        switch resource {
        case .free(let pool, let family): pools.indices.contains(pool) && pools[pool][family].hasAvailable
        case .freeForAll(let family): poolsForAllWithFree[family, default: 0] > 0
        case .quota, .address, .group: true
        }
    }

    /// Gives a Service what there is for it, and notes what it waits for. Returns whether it got anything.
    private mutating func serve(_ number: Int, _ settlement: inout Settlement) -> Bool {
        guard let record = records[number] else { return false }
        let offer = offer(to: record)
        for (family, pick) in offer.picks {
            switch pick {
            case .exactly(let address, _):
                place(address, with: number, &settlement)
            case .next(let pool):
                guard let address = pools[pool][family].takeNext() else { continue }
                noteFree(pool: pool, family)
                place(address, with: number, &settlement)
            }
        }
        if let after = records[number], !offer.waits.isEmpty {
            wait(number, for: offer.waits, class: waitClass(of: after))
        } else {
            stopWaiting(number)
        }
        return !offer.picks.isEmpty
    }
}

// MARK: - Telling
extension AssignmentEngine {
    /// What became of the Services concerned: first those that are no longer Martlet's, by name, then the others in order.
    mutating func report(_ settlement: inout Settlement) -> [AssignmentChange] {
        var changes = settlement.farewells.values.sorted { $0.service < $1.service }
        for number in inOrder(settlement.touched) {
            guard let record = records[number] else { continue }
            let assignment = assignment(ofNumber: number)
            let status = statusUpdate(for: record)
            let releases = settlement.releases[record.order.name] ?? []
            let warnings = record.demand.warnings.filter { !record.toldWarnings.contains($0) }
            var former = record.told
            // A sentence that only counts differently is not news, unless the Service was judged anew.
            if !settlement.dirty.contains(number) { former?.message = assignment.message }
            records[number]?.told = assignment
            records[number]?.toldWarnings = record.demand.warnings
            guard former != assignment || status != .keep || !releases.isEmpty || !warnings.isEmpty else { continue }
            changes.append(
                AssignmentChange(
                    service: record.order.name, assignment: assignment, status: status, releases: releases,
                    warnings: warnings))
        }
        return changes
    }

    private func statusUpdate(for record: Record) -> AssignmentChange.StatusUpdate {
        let desired = record.holdings.map(\.address)
        guard !record.statusIsPlain || record.status.sorted() != desired else { return .keep }
        return desired.isEmpty ? .clear : .write
    }
}

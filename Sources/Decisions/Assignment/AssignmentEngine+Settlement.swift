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
        claim(.status, for: dirty, &settlement)
        if !restored.isEmpty {
            claim(.restored, for: dirty, &settlement)
            for number in dirty { if let name = records[number]?.order.name { restored[name] = nil } }
        }
        if !departed.isEmpty { claim(.retained, for: dirty, &settlement) }
        releaseRestored(&settlement)
        for (address, lifted) in settlement.lifted where uses[address] == nil {
            release(address, lifted, &settlement)
        }
        serve(dirty, &settlement)
    }

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
                                "\(holding.address) was revoked: \(sentence(for: refusal, holding.address, record))")
                    )
                } else {
                    place(holding.address, with: number, &settlement)
                }
            }
        }
    }

    /// How a Service is known to have had an address.
    private enum Claim { case status, restored, retained }

    /// Gives addresses to the Services that are known to have had them.
    private mutating func claim(_ claim: Claim, for dirty: [Int], _ settlement: inout Settlement) {
        for number in dirty {
            for address in claimed(claim, by: number, at: settlement.now) {
                guard let record = records[number],
                    !record.holdings.contains(where: { $0.address.family == address.family }),
                    refusal(of: address, to: record, asHolder: true) == nil,
                    // What is kept for a Service that is gone is not out.
                    claim != .retained || locator.pool(of: address).flatMap({ closure(of: address, in: $0) }) == nil
                else { continue }
                place(address, with: number, &settlement)
            }
        }
    }

    private func claimed(_ claim: Claim, by number: Int, at now: Instant) -> [IPAddress] {
        guard let record = records[number], !record.missing.isEmpty else { return [] }
        switch claim {
        case .status:
            return record.status
        case .restored:
            return restored[record.order.name] ?? []
        case .retained:
            let left = (departed[record.order.name] ?? []).filter { address in
                departures[address].map { $0.isRetained && now < $0.retainedUntil } ?? false
            }
            return left.sorted()
        }
    }

    /// Services that were saved, and are gone after the restart, have left their addresses.
    private mutating func releaseRestored(_ settlement: inout Settlement) {
        guard !restored.isEmpty, !pools.isEmpty else { return }
        for (name, addresses) in restored {
            for address in addresses where uses[address] == nil && settlement.lifted[address] == nil {
                guard departures[address] == nil, let pool = locator.pool(of: address) else { continue }
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
        /// Where it waits: an index of ``Round/places``. `nil` for one that was judged.
        let place: Int?
        let ticket: UInt64

        static func < (a: Candidate, b: Candidate) -> Bool { a.order < b.order }
        static func == (a: Candidate, b: Candidate) -> Bool { a.order == b.order }
    }

    /// A class of Services that wait for something.
    private struct Place {
        let resource: WaitResource
        let waitClass: WaitClass
        /// One of the class was looked at in vain since the thing became available.
        var isExhausted = false
    }

    /// What one round of serving works on.
    private struct Round {
        var candidates: Heap<Candidate> = []
        var places: [Place] = []
        /// The places of each thing.
        var indices: [WaitResource: Range<Int>] = [:]
    }

    /// Gives addresses in order to those without: the dirty, and those that wait for what became available.
    private mutating func serve(_ dirty: [Int], _ settlement: inout Settlement) {
        var round = Round()
        for number in dirty {
            guard let record = records[number] else { continue }
            if record.missing.isEmpty {
                stopWaiting(number)
            } else {
                round.candidates.insert(Candidate(order: record.order, number: number, place: nil, ticket: 0))
            }
        }
        while true {
            for resource in settlement.woken { open(resource, &round) }
            settlement.woken = []
            guard let candidate = round.candidates.popMin() else { return }
            guard let place = candidate.place else {
                _ = serve(candidate.number, &settlement)
                continue
            }
            guard !round.places[place].isExhausted, isWorthwhile(round.places[place].resource) else { continue }
            if records[candidate.number]?.ticket != candidate.ticket || serve(candidate.number, &settlement) {
                enqueue(place, &round)
            } else {
                round.places[place].isExhausted = true
            }
        }
    }

    /// Makes candidates of the first of each class that waits for something; again, if it was opened before.
    private mutating func open(_ resource: WaitResource, _ round: inout Round) {
        for place in round.indices[resource] ?? 0..<0 { round.places[place].isExhausted = true }
        guard let queue = queues[resource] else { return }
        let start = round.places.count
        for waitClass in queue.classes.keys { round.places.append(Place(resource: resource, waitClass: waitClass)) }
        round.indices[resource] = start..<round.places.count
        for place in start..<round.places.count { enqueue(place, &round) }
    }

    private mutating func enqueue(_ place: Int, _ round: inout Round) {
        let resource = round.places[place].resource
        guard var queue = queues.removeValue(forKey: resource) else { return }
        if let first = queue.first(of: round.places[place].waitClass, isCurrent: { isCurrent($0) }) {
            effort.waitersWoken += 1
            round.candidates.insert(
                Candidate(order: first.order, number: first.service, place: place, ticket: first.ticket))
        }
        queues[resource] = queue
    }

    /// Whether an awaited resource is still there.
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
        effort.poolsTried += offer.poolsTried
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
        if notesUnsaved { unsavedServices.formUnion(settlement.farewells.keys) }
        for number in inOrder(settlement.touched) {
            guard let record = records[number] else { continue }
            let assignment = assignment(ofNumber: number)
            let status = statusUpdate(for: record)
            let releases = settlement.releases[record.order.name] ?? []
            let allWarnings = self.warnings(about: record)
            let warnings = allWarnings.filter { !record.toldWarnings.contains($0) }
            var former = record.told
            // A sentence that only counts differently is not news, unless the Service was judged again.
            if !settlement.dirty.contains(number) { former?.message = assignment.message }
            records[number]?.told = assignment
            records[number]?.toldWarnings = allWarnings
            if notesUnsaved, former?.addresses != assignment.addresses { unsavedServices.insert(record.order.name) }
            let isNews = former != assignment || !releases.isEmpty || !warnings.isEmpty
            guard isNews || status != .keep else { continue }
            changes.append(
                AssignmentChange(
                    service: record.order.name, assignment: assignment, status: status, releases: releases,
                    warnings: warnings, isNews: isNews))
        }
        return changes
    }

    /// What about the Service works, but should be corrected.
    func warnings(about record: Record) -> [AssignmentWarning] {
        let anycast = record.holdings.filter { pools[$0.pool].anycast.contains($0.address) }
        return record.demand.warnings
            + anycast.map { .subnetRouterAnycast($0.address, pool: pools[$0.pool].pool.name) }
    }

    private func statusUpdate(for record: Record) -> AssignmentChange.StatusUpdate {
        let desired = record.holdings.map(\.address)
        guard !record.statusIsPlain || record.status.sorted() != desired else { return .keep }
        return desired.isEmpty ? .clear : .write
    }
}

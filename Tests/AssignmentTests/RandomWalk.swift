import AddressPools
import Addresses
import ClusterConfiguration
import KubernetesModel
import TestSupport
import Timing

@testable import Assignment

/// Random operations in a world so small that everything happens often.
struct RandomWalk {
    private var generator: SeededGenerator
    private(set) var engine = AssignmentEngine()
    private(set) var model = ModelEngine()
    private(set) var lastOperation = "start"
    private(set) var lastChanges: [AssignmentChange] = []
    private var now = Instant.zero
    private var steps = 0

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    private mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: 0..<values.count, using: &generator)]
    }
    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }

    /// Everything that there is, as events.
    var everything: [AssignmentEvent] {
        [.pools(model.pools), .reserved(reservations)]
            + model.services.values.sorted { $0.name < $1.name }.map { .service($0.service, rank: $0.rank) }
            + model.labels.sorted { $0.key < $1.key }.map {
                .namespace(Namespace(metadata: ObjectMeta(name: $0.key, labels: $0.value)))
            }
    }

    mutating func step() {
        steps += 1
        switch Int.random(in: 0..<100, using: &generator) {
        case 0..<60: apply(makeService())
        case 60..<80: remove()
        case 80..<83: setPools()
        case 83: reserve()
        case 84..<88: label()
        default: wait()
        }
    }

    private mutating func handle(_ operation: String, _ events: [AssignmentEvent]) {
        lastOperation = operation
        lastChanges = engine.handle(events, at: now)
    }

    private mutating func apply(_ service: ModelService) {
        handle("apply \(service)", [.service(service.service, rank: service.rank)])
        model.apply(service)
    }

    private mutating func remove() {
        let name = makeName()
        handle("remove \(name)", [.serviceRemoved(name)])
        model.remove(name)
    }

    private mutating func setPools() {
        let pools = makePools()
        handle("pools \(pools)", [.pools(pools)])
        model.setPools(pools)
    }

    private var reservations: [IPAddress: ReservedAddress] {
        Dictionary(uniqueKeysWithValues: model.reserved.map { ($0, .node("n")) })
    }

    private mutating func reserve() {
        var addresses: Set<IPAddress> = []
        for _ in 0..<Int.random(in: 0..<4, using: &generator) {
            addresses.insert(makeAddress(chance(50) ? .ipv4 : .ipv6))
        }
        model.reserve(addresses)
        handle("reserve \(addresses.sorted())", [.reserved(reservations)])
    }

    private mutating func label() {
        let name = pick(["a", "b", "c"])
        let labels: [String: String] = chance(50) ? [:] : ["tier": pick(["gold", "tin"])]
        handle("label \(name) \(labels)", [.namespace(Namespace(metadata: ObjectMeta(name: name, labels: labels)))])
        model.setLabels(labels, of: name)
    }

    private mutating func wait() {
        now = now.advanced(by: .seconds(pick([1, 3, 10, 40])))
        handle("wait until \(now)", [])
        model.advance(to: now)
    }

    /// Saves, forgets everything, restores, and reads everything again.
    mutating func restart() {
        let state = engine.state(at: now, unixTime: 1_000_000_000_000)
        engine = AssignmentEngine()
        for name in model.services.keys { model.services[name]?.status = [] }
        now = now.advanced(by: .seconds(2))
        let ignored = engine.restore(state, at: now, unixTime: 1_002_000_000_000)
        precondition(ignored == 0, "the state says what cannot be read")
        _ = engine.handle(everything, at: now)
        model.now = now
        model.settle(Set(model.services.keys))
    }

    // MARK: Things

    private mutating func makeName() -> NamespacedName {
        NamespacedName(namespace: pick(["a", "b", "c"]), name: pick(["s", "t", "u", "v"]))
    }

    private mutating func makeAddress(_ family: AddressFamily) -> IPAddress {
        switch family {
        case .ipv4: .v4(IPv4Address(rawValue: 0x0A00_00FC + UInt32.random(in: 0..<10, using: &generator)))
        case .ipv6: .v6(IPv6Address(rawValue: 0xFD << 120 | UInt128(UInt8.random(in: 0..<8, using: &generator))))
        }
    }

    private mutating func makeService() -> ModelService {
        let name = makeName()
        let former = model.services[name]
        var service = ModelService(name: name, rank: former?.rank ?? Int64(Int.random(in: 0..<8, using: &generator)))
        switch Int.random(in: 0..<10, using: &generator) {
        case 0..<4: service.families = [.ipv4]
        case 4: service.families = [.ipv6]
        case 5..<8: (service.families, service.policy) = ([.ipv4, .ipv6], "PreferDualStack")
        default: (service.families, service.policy) = ([.ipv4, .ipv6], "RequireDualStack")
        }
        if chance(20) { service.labels = ["app": pick(["web", "db"])] }
        if chance(15) { service.pool = pick(["p0", "p1", "p2", "none"]) }
        if chance(25) {
            for family in service.families where chance(70) { service.requested[family] = makeAddress(family) }
            if chance(5) { service.requested[.ipv6] = makeAddress(.ipv6) }
        }
        if chance(50) { service.sharingKey = pick(["x", "y"]) }
        if chance(25) { service.localSelector = pick(["web", "db"]) }
        service.ports = Set((0..<Int.random(in: 1...2, using: &generator)).map { _ in pick([80, 443, 53]) })
        if chance(15) { service.status = service.families.map { makeAddress($0) } }
        return service
    }

    private mutating func makePools() -> [Pool] {
        guard !chance(4) else { return [] }
        // The world is cut in slices, and every slice goes to a pool or to none; each pool's in any order.
        var ranges: [[IPRange]] = [[], [], []]
        for (family, slices) in [(AddressFamily.ipv4, [3, 2, 3, 2]), (.ipv6, [1, 2, 1, 4])] {
            var start: UInt128 = family == .ipv4 ? 0x0A00_00FC : 0xFD << 120
            for size in slices {
                let owner = Int.random(in: 0..<4, using: &generator)
                if owner < 3, let lower = IPAddress(family: family, rawValue: start),
                    let upper = IPAddress(family: family, rawValue: start + UInt128(size) - 1),
                    let range = IPRange(lower, upper)
                {
                    ranges[owner].append(range)
                }
                start += UInt128(size)
            }
        }
        return (0..<3).map { number in
            var pool = Pool(name: "p\(number)", ranges: ranges[number].shuffled(using: &generator))
            if chance(20) { pool.excluded = [IPRange(makeAddress(.ipv4)), IPRange(makeAddress(.ipv6))] }
            pool.autoAssign = !chance(15)
            pool.disabled = chance(10)
            pool.avoidBuggyIPs = chance(25)
            if chance(40) {
                pool.allocation = Pool.Allocation(priority: pick([0, 1, 2]))
                if chance(40) { pool.allocation?.namespaces = [pick(["a", "b"])] }
                if chance(30) { pool.allocation?.namespaceSelectors = [Selector(matchLabels: ["tier": "gold"])] }
                if chance(20) { pool.allocation?.serviceSelectors = [Selector(matchLabels: ["app": "web"])] }
            }
            if chance(30) { pool.reuseAfter = .seconds(pick([2, 20])) }
            if chance(30) { pool.retainFor = .seconds(pick([5, 30])) }
            if chance(20) { pool.quotaPerNamespace = pick([0, 1, 2]) }
            pool.sharing = chance(50) ? .namespace : .allNamespaces
            return pool
        }
    }

    // MARK: Comparison

    /// Where the two disagree, or where the engine contradicts itself.
    var difference: String? {
        for (name, service) in model.services {
            let assignment = engine.assignment(of: name)
            let given = assignment?.addresses.map(\.address) ?? []
            let expected = model.holdings[name] ?? []
            guard given == expected else {
                return "\(service) has \(given), the model says \(expected); at \(now) hosts have "
                    + "\(model.reserved.sorted()), Services have \(model.holdings), there were released "
                    + "\(model.departures), and the pools are \(model.pools)"
            }
            let isServed = model.missing(service).isEmpty && !service.isMismatched
            guard (assignment?.reason == nil) == isServed, (assignment?.message == nil) == isServed else {
                return "\(name) has \(given) and the reason \(assignment?.reason?.rawValue ?? "none")"
            }
            for assigned in assignment?.addresses ?? [] where model.pool(of: assigned.address)?.name != assigned.pool {
                return "\(assigned.address) of \(name) is said to be of \(assigned.pool)"
            }
        }
        guard engine.assignments.count == model.services.count else {
            return "there are \(engine.assignments.count) assignments"
        }
        if let deadline = engine.nextDeadline, deadline <= now { return "the deadline \(deadline) has passed" }
        return steps % 4 == 0 ? differenceOfCounts : nil
    }

    /// Counting is the slowest part, and is not needed after every step.
    private var differenceOfCounts: String? {
        for counts in engine.counts {
            guard let pool = model.pools.first(where: { $0.name == counts.pool }) else {
                return "counts of \(counts.pool)"
            }
            let all = model.addresses(of: pool, counts.family)
            let held = all.filter { !model.holders(of: $0).isEmpty }.count
            let resting = all.filter { model.holders(of: $0).isEmpty && model.isResting($0, pool) }.count
            let reserved = all.filter {
                model.holders(of: $0).isEmpty && !model.isResting($0, pool) && model.reserved.contains($0)
            }.count
            let available = all.count - held - resting - reserved
            guard counts.size == AddressCount(UInt128(all.count)), counts.assigned == held, counts.resting == resting,
                counts.available == AddressCount(UInt128(available))
            else { return "\(counts), the model counts \(all.count), \(held) held, \(resting) resting" }
        }
        return nil
    }
}

import AddressPools
import Addresses
import ClusterConfiguration
import HeapModule
import KubernetesModel
import Timing

/// Decides which address each Service has.
///
/// Give it what happened and when, and it answers with what became of which Service:
///
///     let changes = engine.handle([.service(service, rank: 7)], at: now)
///
/// Events given together are judged together: first every Service that has an address is settled, then the others are
/// served in order. So give all that is known at the start in one call, after ``restore(_:at:unixTime:)``. Call again, if
/// need be without events, no later than ``nextDeadline``. It reads no clock and never fails.
///
/// The work for one Service's event does not grow with the number of Services or with the size or fill of the pools; an
/// edit of the pools looks at every Service once.
package struct AssignmentEngine: Sendable {
    /// An address that a Service has.
    struct Holding: Hashable, Sendable {
        let address: IPAddress
        let pool: Int
    }

    /// A Service that Martlet is responsible for.
    struct Record: Sendable {
        var order: AssignmentOrder
        var demand: Demand
        /// IPv4 first.
        var holdings: [Holding] = []
        /// What the Service's status said when it was last read.
        var status: [IPAddress]
        /// Whether the status was all addresses; one with a host name or an unreadable address was not Martlet's.
        var statusIsPlain: Bool
        var waits: [WaitResource] = []
        var waitClass: WaitClass?
        /// Tells this record's present entries in the queues from earlier ones, and from other records'.
        var ticket: UInt64 = 0
        /// What was reported last.
        var told: ServiceAssignment?
        var toldWarnings: [AssignmentWarning] = []

        var missing: [AddressFamily] {
            demand.families.filter { family in !holdings.contains { $0.address.family == family } }
        }
    }

    /// An address that was released and is not free yet, or was not given since.
    struct Departure: Hashable, Sendable {
        let service: NamespacedName
        let releasedAt: Instant
        /// Whether the Service went away, rather than the address from it.
        let isRetained: Bool
        /// Until when no Service gets the address.
        var restsUntil: Instant
        /// Until when it is kept for the Service.
        var retainedUntil: Instant
    }

    struct RestEnd: Comparable, Sendable {
        let at: Instant
        let address: IPAddress

        static func < (a: RestEnd, b: RestEnd) -> Bool { (a.at, a.address) < (b.at, b.address) }
    }

    /// Services with this `spec.loadBalancerClass` are Martlet's; `nil`: those without any.
    package let loadBalancerClass: String?

    // Services, by number. Numbers of Services that went are given again.
    var records: [Record?] = []
    var unusedNumbers: [Int] = []
    var numbers: [NamespacedName: Int] = [:]
    var members: [String: Set<Int>] = [:]
    var namespaceLabels: [String: [String: String]] = [:]

    // Pools, in the order in which they serve.
    var declaredPools: [Pool] = []
    var pools: [PoolEntry] = []
    var poolNumbers: [String: Int] = [:]
    var locator = AddressLocator([])
    /// The pools that are pinned, and serve who asks for nothing.
    var pinned = PinnedPools()
    /// Of each family: the pools that serve everybody and have a free address are the free slots.
    var poolsWithFree: [AddressFamily: FreeSlots] = [:]
    /// Of each family: how many pools that serve everybody have addresses, and how many of those have free ones.
    var poolsForAll: [AddressFamily: Int] = [:]
    var poolsForAllWithFree: [AddressFamily: Int] = [:]
    /// Whether the labels of namespaces decide about any pool.
    var hasNamespaceSelectors = false
    /// Whether any pool has a quota.
    var hasQuotas = false
    /// Pools that are not in force in any form, with what is wrong with each.
    var poolsInError: [String: String] = [:]
    /// Pools that serve everybody up to a quota.
    var poolsForAllWithQuota: [Int] = []

    // Addresses.
    var uses: [IPAddress: AddressUse] = [:]
    /// Addresses that hosts have.
    var reserved: [IPAddress: ReservedAddress] = [:]
    var groups: [SharingGroup: [Int: JoinableAddresses]] = [:]
    /// The groups of ``groups``, by their keys.
    var groupsByKey: [String: Set<SharingGroup>] = [:]
    var departures: [IPAddress: Departure] = [:]
    var departed: [NamespacedName: Set<IPAddress>] = [:]
    var restEnds: Heap<RestEnd> = []

    // Services that wait.
    var queues: [WaitResource: WaitQueue] = [:]
    var lastTicket: UInt64 = 0

    /// Whether anybody asks for ``takeStateChange(at:unixTime:)``. Else nothing is noted for it.
    let notesUnsaved: Bool
    // What was not asked for yet by whoever saves: Services that may have other addresses, and addresses that were
    // released, or are so no longer.
    var unsavedServices: Set<NamespacedName> = []
    var unsavedDepartures: Set<IPAddress> = []

    package internal(set) var effort = AssignmentEffort()

    /// What was saved before a restart, until the first events come.
    var restored: [NamespacedName: [IPAddress]] = [:]

    package init(loadBalancerClass: String? = nil, notesUnsaved: Bool = false) {
        self.loadBalancerClass = loadBalancerClass
        self.notesUnsaved = notesUnsaved
    }

    /// When ``handle(_:at:)`` must be called again in any case.
    package var nextDeadline: Instant? { restEnds.min?.at }

    /// Takes in what happened, and returns what became of the Services concerned, in order.
    package mutating func handle(_ events: [AssignmentEvent], at now: Instant) -> [AssignmentChange] {
        var settlement = Settlement(now: now)
        for event in events { absorb(event, &settlement) }
        if settlement.poolsChanged { replacePools(&settlement) } else { reserve(&settlement) }
        endRests(&settlement)
        settle(&settlement)
        forgetStaleRestEnds()
        return report(&settlement)
    }

    /// Whether a Service is Martlet's to serve.
    package func isResponsible(for service: Service) -> Bool {
        service.isServed(byClass: loadBalancerClass)
    }
}

// MARK: - Questions
extension AssignmentEngine {
    /// What the Service has, or `nil` if Martlet is not responsible for it.
    package func assignment(of service: NamespacedName) -> ServiceAssignment? {
        numbers[service].map { assignment(ofNumber: $0) }
    }

    /// Everything that Martlet is responsible for, sorted by name.
    package var assignments: [ServiceAssignment] {
        numbers.sorted { $0.key < $1.key }.map { assignment(ofNumber: $0.value) }
    }

    /// The Services that have an address, sorted by name.
    package func services(with address: IPAddress) -> [NamespacedName] {
        (uses[address]?.holders ?? []).compactMap { records[$0]?.order.name }.sorted()
    }

    /// Of every pool, in the order of the input, and each family that it has addresses of.
    package var counts: [PoolCounts] {
        declaredPools.flatMap { pool in
            poolNumbers[pool.name].map { number in
                pools[number].stocks.filter { !$0.size.isZero }.map { stock in
                    PoolCounts(
                        pool: pool.name, family: stock.family, size: stock.size, assigned: stock.heldCount,
                        resting: stock.restingCount, reserved: stock.reservedCount)
                }
            } ?? []
        }
    }

    func assignment(ofNumber number: Int) -> ServiceAssignment {
        guard let record = records[number] else {
            preconditionFailure("number \(number) is of no Service, though \(numbers.count) have one")
        }
        let explanation = explanation(for: record)
        return ServiceAssignment(
            service: record.order.name,
            addresses: record.holdings.map { .init(address: $0.address, pool: pools[$0.pool].pool.name) },
            reason: explanation?.reason, message: explanation?.message.visible)
    }
}

// MARK: - Plans
extension AssignmentEngine {
    /// What each Service of a snapshot has under a configuration, sorted by name: those alone that are Martlet's; and what
    /// about those Services works, but should be fixed.
    package static func plan(
        configuration: Configuration, state: ClusterState, problems: [Problem] = [], loadBalancerClass: String? = nil
    ) -> (assignments: [ServiceAssignment], problems: [Problem]) {
        let (engine, problems) = planned(
            configuration: configuration, state: state, problems: problems, loadBalancerClass: loadBalancerClass)
        return (engine.assignments, problems)
    }

    /// The engine that made the ``plan(configuration:state:problems:loadBalancerClass:)``, to be asked for more.
    package static func planned(
        configuration: Configuration, state: ClusterState, problems: [Problem] = [], loadBalancerClass: String? = nil
    ) -> (engine: AssignmentEngine, problems: [Problem]) {
        var engine = AssignmentEngine(loadBalancerClass: loadBalancerClass)
        var events: [AssignmentEvent] = [
            .pools(configuration.pools), .poolsInError(state.poolsInError(beside: configuration, problems)),
            .reserved(ReservedAddress.all(in: state)),
        ]
        events += state.namespaces.map { .namespace($0) }
        events += state.services.enumerated().map { .service($1, rank: Int64($0)) }
        let changes = engine.handle(events, at: .zero)
        let problems = changes.flatMap { change in
            let service = ObjectReference(kind: "Service", name: change.service)
            return change.warnings.map { warning in
                Problem(
                    warning.isNote ? .note : .warning, service, field: warning.field, warning.message,
                    at: state.locations.location(of: warning.field, in: service))
            }
        }
        return (engine, problems)
    }
}

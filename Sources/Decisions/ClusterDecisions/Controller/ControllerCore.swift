import Addresses
import Assignment
import ClusterConfiguration
import KubernetesAPI
import KubernetesModel
import Timing

/// What the leading controller decides: from the objects of a cluster, to what is written to them.
///
/// A value: it sends no request. Give it what the watches reported, and perform the writes that it answers with; each
/// write is to end in a ``Event/finished(_:_:)``.
///
/// **The store is the API.** What a Service has is what its status says; nothing is kept beside it. So a controller that
/// dies between any two writes leaves nothing half done: the next leader reads every Service, keeps what each status
/// says, and gives the others theirs. It decides nothing before it has seen all Services, pools and namespaces, and it is
/// created again each time a process becomes leader, from lists that the API server answers with the newest that it has: an
/// address that the former leader has written is never missed. A write of the former leader that is still on its way when
/// the next one reads is excluded by time: writes are given up sooner after the last renewal than the lease runs out.
///
/// **Only what differs is written.** Each object has at most one write under way. It is made from the newest form that is
/// known, with that form's resourceVersion, so that one that was made in ignorance is refused and made again.
package struct ControllerCore: Sendable {
    package enum Event: Sendable {
        case configuration(ConfigurationChange, ConfigurationObjects.Group)
        case service(WatchEvent<Service>)
        case namespace(WatchEvent<Namespace>)
        case node(WatchEvent<Node>)
        case finished(WriteKey, WriteOutcome)
        /// The API server was down and answers again.
        case serverAnswers
        /// ``ControllerCore/nextDeadline`` has come.
        case deadlineReached
    }

    package enum Action: Hashable, Sendable {
        case patchService(ServicePatch)
        case patchConfiguration(ConfigurationPatch)
        case record(EventNote)
        /// For the log and the history; nothing is to be done.
        case note(AssignmentChange)
    }

    /// The condition on a Service that says whether it has its addresses.
    package static let conditionType = Condition.addressAssigned
    /// How many writes are under way at most.
    package static let parallelWrites = 16
    /// How long counts of pools are gathered before they are written.
    static let countingTime = Duration.seconds(2)

    package private(set) var engine: AssignmentEngine
    package private(set) var configuration = Configuration()
    /// What is wrong with the configuration.
    package internal(set) var problems: [Problem] = []
    /// Whether all that decisions depend on has been seen.
    package private(set) var isComplete = false
    package internal(set) var budget = EventBudget()

    var objects = ConfigurationObjects()
    var services = ObjectSet<Service>()
    var namespaces = ObjectSet<Namespace>()
    /// With their names and addresses alone.
    var nodes = ObjectSet<Node>()
    /// What the statuses of Services say.
    var stated = StatusAddresses()
    /// Services that are not judged yet.
    var deferrals: [NamespacedName: Deferral] = [:]
    /// Pools that are there and not in force in any form, with what is wrong with each.
    var poolsInError: [String: String] = [:]
    /// Addresses that no Service is given.
    var reserved: [IPAddress: ReservedAddress] = [:]
    /// Whether the labels of namespaces decide about any pool.
    var labelsDecide = false
    var statuses: [ConfigurationKey: SeenStatus] = [:]
    var queue = WriteQueue()
    /// Services whose status was Martlet's doing and is to be emptied.
    var farewells: Set<NamespacedName> = []
    /// Services about which there is news since their last write.
    var news: Set<NamespacedName> = []
    /// When counts of pools are to be written.
    var countsDue: Instant?
    /// The API server's last word on writes that it refused, by what they were to.
    package internal(set) var refusals: [WriteKey: String] = [:]

    package init(loadBalancerClass: String? = nil) {
        engine = AssignmentEngine(loadBalancerClass: loadBalancerClass)
    }

    /// When ``Event/deadlineReached`` is due.
    package var nextDeadline: Instant? {
        [engine.nextDeadline, countsDue, queue.nextDeadline].compactMap { $0 }.min()
    }

    /// - Parameter time: for what is written; nothing is decided by it.
    package mutating func handle(
        _ event: Event, at now: Instant, time: Timestamp, using generator: inout some RandomNumberGenerator
    ) -> [Action] {
        var actions: [Action] = []
        switch event {
        case .configuration(let change, let group):
            note(change, group)
            if objects.apply(change, in: group), isComplete { reconfigure(at: now, &actions) }
        case .service(let event): receive(event, at: now, &actions)
        case .namespace(let event): receive(event, at: now, &actions)
        case .node(let event):
            if nodes.apply(event.map(\.addressed)) != nil, isComplete { reconfigure(at: now, &actions) }
        case .finished(let key, let outcome):
            finish(key, outcome, at: now, &actions, using: &generator)
        case .serverAnswers: queue.resumeAll()
        case .deadlineReached:
            if isComplete { settle([], at: now, &actions) }
        }
        if !isComplete, objects.isReady, services.isReady, namespaces.isReady, nodes.isReady {
            begin(at: now, &actions)
        }
        if isComplete { flush(at: now, time: time, &actions) }
        return actions
    }

    /// A Service as it was last seen, if it can matter.
    package func service(_ name: NamespacedName) -> Service? { services[name] }

    // MARK: - What happened

    /// Everything has been seen: all of it is judged together.
    private mutating func begin(at now: Instant, _ actions: inout [Action]) {
        isComplete = true
        makeConfiguration()
        var events = [.pools(configuration.pools)] + circumstances
        events += namespaces.inOrder.map { .namespace($0) }
        events += services.inOrder.compactMap { event(for: $0) }
        settle(events, at: now, isBeginning: true, &actions)
        // Also of Services about which nothing is news, a condition may be missing.
        for service in services.inOrder { queue.enqueue(.service(service.name)) }
        countsDue = now
    }

    private mutating func reconfigure(at now: Instant, _ actions: inout [Action]) {
        let former = configuration.pools
        makeConfiguration()
        let ended = deferrals.isEmpty ? [] : endDeferrals { _, _ in true }
        let pools: [AssignmentEvent] = configuration.pools == former ? [] : [.pools(configuration.pools)]
        settle(pools + circumstances + ended, at: now, &actions)
        countsDue = countsDue ?? now.advanced(by: ControllerCore.countingTime)
    }

    /// What bears on assignment beside the pools.
    private var circumstances: [AssignmentEvent] { [.poolsInError(poolsInError), .reserved(reserved)] }

    private mutating func makeConfiguration() {
        var state = ClusterState()
        objects.fill(&state)
        state.nodes = nodes.inOrder
        state.secretsAreUnknown = true
        let made = Configuration.make(from: state, keeping: configuration)
        configuration = made.configuration
        problems = made.problems
        poolsInError = state.poolsInError(beside: configuration, problems)
        reserved = ReservedAddress.all(in: state)
        noteDeferringPools()
        enqueueVerdicts()
    }

    mutating func receive(_ event: WatchEvent<Service>, at now: Instant, _ actions: inout [Action]) {
        switch event {
        case .ready: store(event)
        case .initial(let service), .applied(let service):
            let isOurs = ControllerCore.mayConcern(service)
            guard isOurs || services[service.name] != nil else { return }
            if let known = services[service.name], service.metadata.isOlder(than: known.metadata) { return }
            guard store(isOurs ? event : .deleted(service.name)), isComplete else { return }
            queue.unblock(.service(service.name))
            queue.enqueue(.service(service.name))
            settle(self.event(for: service).map { [$0] } ?? [], at: now, &actions)
        case .deleted(let name):
            guard store(event), isComplete else { return }
            queue.forget(.service(name))
            farewells.remove(name)
            news.remove(name)
            deferrals[name] = nil
            refusals[.service(name)] = nil
            settle([.serviceRemoved(name)], at: now, &actions)
        }
    }

    /// Remembers a Service. Returns whether it is not what it was.
    @discardableResult
    private mutating func store(_ event: WatchEvent<Service>) -> Bool {
        let former: Service? =
            switch event {
            case .initial(let service), .applied(let service): services[service.name]
            case .deleted(let name): services[name]
            case .ready: nil
            }
        guard let name = services.apply(event) else { return false }
        for waiting in stated.replace(former, by: services[name], of: name) { queue.enqueue(.service(waiting)) }
        return true
    }

    private mutating func receive(_ event: WatchEvent<Namespace>, at now: Instant, _ actions: inout [Action]) {
        guard namespaces.apply(event) != nil, isComplete else { return }
        switch event {
        case .initial(let namespace), .applied(let namespace):
            let ended =
                deferrals.isEmpty
                ? [] : endDeferrals { $1 == .namespaceUnknown && $0.namespace == namespace.metadata.name }
            settle([.namespace(namespace)] + ended, at: now, &actions)
        case .deleted(let name): settle([.namespaceRemoved(name.name)], at: now, &actions)
        case .ready: break
        }
    }

    /// Whether the Service has an address, or says that it has.
    private func holds(_ service: Service) -> Bool {
        !(engine.assignment(of: service.name)?.addresses.isEmpty ?? true)
            || !(service.status?.loadBalancer?.ingress?.isEmpty ?? true)
    }

    /// Whether it can matter: all others are forgotten at once, of which a cluster has the most.
    private static func mayConcern(_ service: Service) -> Bool {
        service.spec?.type == "LoadBalancer" || !(service.status?.loadBalancer?.ingress?.isEmpty ?? true)
            || service.metadata.annotations?[ServiceAnnotation.allocatedFromPool.key] != nil
            || service.status?.conditions?.contains { $0.type == conditionType } ?? false
    }

    /// What is to be judged of a Service; `nil`: nothing for now.
    mutating func event(for service: Service) -> AssignmentEvent? {
        let name = service.name
        // What is being deleted and has no address gets none.
        if service.metadata.deletionTimestamp != nil, !holds(service) {
            deferrals[name] = nil
            return .serviceRemoved(name)
        }
        let deferral = deferral(of: service)
        deferrals[name] = deferral
        guard deferral == nil else { return nil }
        let created = service.metadata.creationTimestamp.flatMap(Timestamp.init)
        return .service(service, rank: created?.microseconds ?? .max)
    }

    // MARK: - What follows

    private mutating func settle(
        _ events: [AssignmentEvent], at now: Instant, isBeginning: Bool = false, _ actions: inout [Action]
    ) {
        let changes = engine.handle(events, at: now)
        for change in changes {
            let name = change.service
            if change.assignment == nil, change.status == .clear {
                farewells.insert(name)
            } else {
                farewells.remove(name)
            }
            if services[name] != nil {
                news.insert(name)
                queue.enqueue(.service(name))
            }
            // A status that does not show the last report yet is not news.
            guard change.isNews else { continue }
            actions.append(.note(change))
            tell(change, at: now, isBeginning: isBeginning, &actions)
        }
        if !changes.isEmpty { countsDue = countsDue ?? now.advanced(by: ControllerCore.countingTime) }
    }

    /// Events for what a person would want to know of a change.
    private mutating func tell(
        _ change: AssignmentChange, at now: Instant, isBeginning: Bool, _ actions: inout [Action]
    ) {
        guard let service = services[change.service] else { return }
        func record(_ kind: EventNote.Kind, _ action: String, _ reason: String, _ message: String) {
            guard budget.admit(kind, at: now) else { return }
            actions.append(
                .record(
                    EventNote(
                        service: service.name, uid: service.metadata.uid, kind: kind, action: action, reason: reason,
                        message: message)))
        }
        for release in change.releases {
            record(release.isIntended ? .normal : .warning, "Release", "Released", release.message)
        }
        let told = service.status?.conditions?.first { $0.type == ControllerCore.conditionType }
        // A Service with the condition was handled by an earlier leader.
        if !isBeginning || told == nil {
            for warning in change.warnings where !warning.isNote {
                record(.warning, "Assign", warning.reason, warning.message)
            }
        }
        guard let assignment = change.assignment else { return }
        if change.status == .write {
            let addresses = assignment.addresses.map(\.address.description).joined(separator: ", ")
            record(.normal, "Assign", "Assigned", "Assigned \(addresses) from \(assignment.pool ?? "").")
        }
        if let reason = assignment.reason {
            // What the Service shows already was reported when it was written, by the leader at that time.
            guard told?.reason != reason.rawValue else { return }
            record(.warning, "Assign", reason.rawValue, assignment.message ?? "")
        }
    }
}

extension Node {
    /// What assignment depends on.
    fileprivate var addressed: Node {
        var metadata = ObjectMeta(name: metadata.name)
        metadata.creationTimestamp = self.metadata.creationTimestamp
        return Node(metadata: metadata, status: NodeStatus(addresses: status?.addresses))
    }
}

import Announcement
import Assignment
import ClusterConfiguration
import KubernetesModel
import NodeDecisions
import Timing

/// What `martlet run` decides: from manifests as they were read, to what the speaker gets and what is saved.
///
/// A value: it reads no file and sends no frame. ``StandaloneService`` does, in the order that this says.
package struct StandaloneCore: Sendable {
    /// What follows from an event.
    package struct Outcome: Sendable {
        /// Services whose addresses changed, or the reason why they have none.
        package var changes: [AssignmentChange] = []
        /// The changes for the speaker.
        package var update = SpeakerUpdate()
    }

    package private(set) var engine: AssignmentEngine
    package private(set) var configuration = Configuration()
    /// Everything that is wrong with what is in force, or that keeps something newer from being in force.
    package private(set) var problems: [Problem] = []
    /// The pools that are in force in no form.
    private var poolsInError: [String: String] = [:]
    /// What is in force, without Services and endpoints; `nil` until something could be read.
    private var state: ClusterState?
    /// How many readings of the manifests were taken into force.
    package private(set) var generation = 0
    package private(set) var services: [NamespacedName: Service] = [:]
    private var ranks: [NamespacedName: Int64] = [:]
    private var endpointSlices: [NamespacedName: EndpointSlice] = [:]
    /// What each Service was last known to have.
    private var assignments: [NamespacedName: ServiceAssignment] = [:]
    package private(set) var endpoints = EndpointIndex()

    package init(loadBalancerClass: String? = nil) {
        engine = AssignmentEngine(loadBalancerClass: loadBalancerClass, notesUnsaved: true)
    }

    /// What must be written down since this was last called.
    package mutating func takeStateChange(at now: Instant, unixTime: Int64) -> AssignmentStateChange {
        engine.takeStateChange(at: now, unixTime: unixTime)
    }

    /// When ``handleDeadline(at:)`` is to be called.
    package var nextDeadline: Instant? { engine.nextDeadline }

    /// What was saved before a restart. To be called before anything else. Returns how many entries made no sense.
    package mutating func restore(_ saved: AssignmentState, at now: Instant, unixTime: Int64) -> Int {
        engine.restore(saved, at: now, unixTime: unixTime)
    }

    /// The manifests were read.
    ///
    /// Unless all of them could be read to their end, nothing changes: what is missing may only have moved to the file
    /// that cannot be read.
    package mutating func handle(_ reading: ManifestReading, at now: Instant) -> Outcome {
        guard reading.isComplete || state == nil else {
            let note = Problem(
                .warning, nil,
                "\(reading.unreadable.joined(separator: ", ")) cannot be read: the last valid versions of all manifests stay in force"
            )
            problems = reading.problems + [note]
            return Outcome()
        }
        var new = reading.state
        var problems = reading.problems
        if let state { restoreLeftOut(in: &new, from: state) }
        let built = Configuration.make(from: new, keeping: configuration)
        problems += built.problems

        let pools = built.configuration.pools
        let poolsInError = new.poolsInError(beside: built.configuration, problems)
        let difference = ServiceDifference(
            from: state, services: services.mapValues(ranked), to: new, ranks: reading.serviceRanks,
            pools: state == nil || pools != configuration.pools ? pools : nil,
            poolsInError: poolsInError == self.poolsInError ? nil : poolsInError)
        var touched = difference.changed.union(updateEndpoints(to: new.endpointSlices))
        for (index, service) in new.services.enumerated() {
            ranks[service.name] = ServiceDifference.rank(of: service.name, at: index, reading.serviceRanks)
            if difference.changed.contains(service.name) { services[service.name] = service }
        }
        for name in difference.removed {
            services[name] = nil
            ranks[name] = nil
        }
        let changes = news(engine.handle(difference.events, at: now))
        touched.formUnion(changes.map(\.service))

        var outcome = Outcome(changes: changes)
        outcome.update.configuration = built.configuration == configuration && state != nil ? nil : built.configuration
        outcome.update.nodes = new.nodes == state?.nodes ? nil : new.nodes
        announce(touched.union(difference.removed), in: &outcome)
        configuration = built.configuration
        self.poolsInError = poolsInError
        self.problems = problems
        // One copy of each, by name.
        new.services = []
        new.endpointSlices = []
        state = new
        generation += 1
        return outcome
    }

    /// Some Services or endpoints changed, and nothing else. What does not change costs nothing.
    package mutating func handle(_ change: ManifestChange, at now: Instant) -> Outcome {
        guard !change.isEmpty else { return Outcome() }
        var events = change.removedServices.sorted().filter { services[$0] != nil }.map {
            AssignmentEvent.serviceRemoved($0)
        }
        var touched = Set(change.removedServices)
        for name in change.removedServices {
            services[name] = nil
            ranks[name] = nil
        }
        for ranked in change.services.sorted(by: { $0.rank < $1.rank }) {
            let name = ranked.service.name
            let isSame = services[name] == ranked.service
            guard !isSame || ranks[name] != ranked.rank else { continue }
            events.append(.service(ranked.service, rank: ranked.rank))
            services[name] = ranked.service
            ranks[name] = ranked.rank
            if !isSame { touched.insert(name) }
        }
        for name in change.removedSlices where endpointSlices.removeValue(forKey: name) != nil {
            touched.formUnion(endpoints.remove(name))
        }
        for slice in change.endpointSlices { touched.formUnion(update(slice)) }
        let changes = news(engine.handle(events, at: now))
        touched.formUnion(changes.map(\.service))
        var outcome = Outcome(changes: changes)
        announce(touched, in: &outcome)
        generation += 1
        return outcome
    }

    /// ``nextDeadline`` has come.
    package mutating func handleDeadline(at now: Instant) -> Outcome {
        let changes = news(engine.handle([], at: now))
        var outcome = Outcome(changes: changes)
        announce(Set(changes.map(\.service)), in: &outcome)
        return outcome
    }

    /// Leaves out what only says that a status is to be written: there is none here.
    private mutating func news(_ changes: [AssignmentChange]) -> [AssignmentChange] {
        changes.filter { change in
            let former = assignments[change.service]
            assignments[change.service] = change.assignment
            return former != change.assignment || !change.releases.isEmpty || !change.warnings.isEmpty
        }
    }

    private func announce(_ touched: Set<NamespacedName>, in outcome: inout Outcome) {
        for name in touched.sorted() {
            if let service = services[name], let assignment = assignments[name],
                let announced = AnnouncedService(service, assignment, endpoints: endpoints)
            {
                outcome.update.services.append(announced)
            } else {
                outcome.update.removed.append(name)
            }
        }
    }

    private func ranked(_ service: Service) -> RankedService {
        RankedService(service, rank: ranks[service.name] ?? .max)
    }

    /// As ``ClusterState/restoreLeftOut(from:)``, with the Services and endpoints that are kept by name.
    private func restoreLeftOut(in new: inout ClusterState, from state: ClusterState) {
        var former = state
        for object in new.leftOut.sorted() {
            switch object.kind {
            case Service.kind: if let service = services[object.name] { former.services.append(service) }
            case EndpointSlice.kind:
                if let slice = endpointSlices[object.name] { former.endpointSlices.append(slice) }
            default: break
            }
        }
        former.services.sort { (ranks[$0.name] ?? .max, $0.name) < (ranks[$1.name] ?? .max, $1.name) }
        new.restoreLeftOut(from: former)
    }

    private static func key(_ slice: EndpointSlice) -> NamespacedName {
        NamespacedName(namespace: slice.metadata.namespace ?? "default", name: slice.metadata.name)
    }

    /// Returns the Services whose endpoints are not what they were.
    private mutating func updateEndpoints(to new: [EndpointSlice]) -> Set<NamespacedName> {
        let names = Set(new.map(StandaloneCore.key))
        var touched: Set<NamespacedName> = []
        for name in endpointSlices.keys.filter({ !names.contains($0) }) {
            endpointSlices[name] = nil
            touched.formUnion(endpoints.remove(name))
        }
        for slice in new { touched.formUnion(update(slice)) }
        return touched
    }

    private mutating func update(_ slice: EndpointSlice) -> Set<NamespacedName> {
        let former = endpointSlices.updateValue(slice, forKey: StandaloneCore.key(slice))
        return former == slice ? [] : Set(endpoints.apply(slice))
    }
}

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
    /// What is in force; `nil` until something could be read.
    package private(set) var state: ClusterState?
    /// How many readings of the manifests were taken into force.
    package private(set) var generation = 0
    package private(set) var services: [NamespacedName: Service] = [:]
    /// What each Service was last known to have.
    private var assignments: [NamespacedName: ServiceAssignment] = [:]
    package private(set) var endpoints = EndpointIndex()

    package init(loadBalancerClass: String? = nil) { engine = AssignmentEngine(loadBalancerClass: loadBalancerClass) }

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
        if let state { new.restoreLeftOut(from: state) }
        let built = Configuration.make(from: new, keeping: configuration)
        problems += built.problems

        let pools = built.configuration.pools
        let poolsInError = new.poolsInError(beside: built.configuration, problems)
        let difference = ServiceDifference(
            from: state, to: new, pools: state == nil || pools != configuration.pools ? pools : nil,
            poolsInError: poolsInError == self.poolsInError ? nil : poolsInError)
        var touched = difference.changed.union(
            updateEndpoints(from: state?.endpointSlices ?? [], to: new.endpointSlices))
        for service in new.services where difference.changed.contains(service.name) {
            services[service.name] = service
        }
        for name in difference.removed { services[name] = nil }
        let changes = news(engine.handle(difference.events, at: now))
        touched.formUnion(changes.map(\.service))

        var outcome = Outcome(changes: changes)
        outcome.update.configuration = built.configuration == configuration && state != nil ? nil : built.configuration
        outcome.update.nodes = new.nodes == state?.nodes ? nil : new.nodes
        announce(touched.union(difference.removed), in: &outcome)
        configuration = built.configuration
        self.poolsInError = poolsInError
        self.problems = problems
        state = new
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
            if let service = services[name], let assignment = engine.assignment(of: name),
                let announced = AnnouncedService(service, assignment, endpoints: endpoints)
            {
                outcome.update.services.append(announced)
            } else {
                outcome.update.removed.append(name)
            }
        }
    }

    /// Returns the Services whose endpoints are not what they were.
    private mutating func updateEndpoints(from old: [EndpointSlice], to new: [EndpointSlice]) -> Set<NamespacedName> {
        func key(_ slice: EndpointSlice) -> NamespacedName {
            NamespacedName(namespace: slice.metadata.namespace ?? "default", name: slice.metadata.name)
        }
        let former = Dictionary(old.map { (key($0), $0) }, uniquingKeysWith: { first, _ in first })
        let names = Set(new.map(key))
        var touched: Set<NamespacedName> = []
        for name in former.keys where !names.contains(name) { touched.formUnion(endpoints.remove(name)) }
        for slice in new where former[key(slice)] != slice { touched.formUnion(endpoints.apply(slice)) }
        return touched
    }
}

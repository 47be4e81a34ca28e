import Addresses
import Assignment
import ClusterConfiguration
import ClusterDecisions
import Interfaces
import KubernetesModel
import NodeDecisions
import Timing

/// A recording as it is read, and what this version makes of it.
package struct Recording: Sendable {
    /// A turn of a core, run again.
    package struct Turn: Sendable {
        /// Since the process began.
        package var time: Duration
        package var core: CoreName
        /// What the core was given: its kind, and itself as one line.
        package var event: String
        package var detail: String
        /// What this version decides.
        package var decisions: [String]
        package var recordedDigest: String
        package var digest: String
        /// Where it stands in the file, in octets.
        package var offset: Int
        /// `false` after turns that are missing: nothing can be said of what follows.
        package var isCompared: Bool

        package var differs: Bool { isCompared && recordedDigest != digest }
    }

    /// How the recording ends.
    package enum End: Hashable, Sendable {
        case inOrder
        /// At the limit of its size.
        case full
        /// The process was killed, or still runs: with the offset of the torn record, if there is one.
        case torn(at: Int?)
    }

    package var version = ""
    package var node = ""
    package var began = Timestamp(microseconds: 0)
    package var turns: [Turn] = []
    package var end = End.torn(at: nil)
    /// How many turns are missing: they came faster than they could be written.
    package var lost = 0

    /// Reads a file, and decides all of it again.
    package init(_ file: [UInt8]) throws(RecordingError) {
        let content = try RecordFraming.read(file)
        end = .torn(at: content.tornAt)
        var decoder = TurnDecoder()
        var replay = Replay()
        var start: Int64?
        for (offset, octets) in content.records {
            switch try decoder.record(octets, offset: offset) {
            case .header(let version, let node, let began, let at):
                (self.version, self.node, self.began, start) = (version, node, began, at)
            case .lost(let count): lost += max(count, 0)
            case .full: end = .full
            case .end: end = .inOrder
            case .turn(let at, let stored, let digest):
                guard let start else { throw RecordingError("the first record is no header", offset: offset) }
                let input = try decoder.input(stored, offset: offset)
                let decision = replay.decide(input, at: Instant(nanoseconds: at))
                let lines = decision.lines
                turns.append(
                    Turn(
                        time: Instant(nanoseconds: start).duration(to: Instant(nanoseconds: at)), core: input.core,
                        event: input.name, detail: CanonicalText.of(input), decisions: lines, recordedDigest: digest,
                        digest: Checksum.digest(of: lines), offset: offset, isCompared: lost == 0))
            }
        }
    }

    package var firstDifference: Turn? { turns.first(where: \.differs) }
}

extension CoreInput {
    /// A few words for a person.
    package var name: String {
        switch self {
        case .restored(let state, _): "assignments of \(state.assignments.count) Services restored"
        case .manifestsRead(let reading):
            "manifests read: \(reading.state.services.count) Services, \(reading.state.pools.count) pools, "
                + "\(reading.state.nodes.count) nodes" + (reading.isComplete ? "" : ", not completely")
        case .manifestsChanged(let change):
            "manifests changed: \(change.services.count) Services, \(change.removedServices.count) removed"
        case .assignmentDeadline: "deadline"
        case .speakerStarted(let node, _): "speaker started on \(node)"
        case .viewStarted: "the watches started"
        case .viewed(let event): CoreInput.name(of: event)
        case .leadingBegan: "this replica leads"
        case .controlled(let event, _, _): CoreInput.name(of: event)
        case .updatesTaken(let count): count == 1 ? "one update applied" : "\(count) updates applied as one"
        case .speaker(let event): CoreInput.name(of: event)
        case .speakerDeadline: "deadline"
        case .speakerLeaves: "the process ends"
        }
    }

    private static func name(of event: SpeakerCore.Event) -> String {
        switch event {
        case .updated: "one update applied"
        case .linksChanged(let table): "interfaces changed: " + table.interfaces.map(\.name).joined(separator: ", ")
        case .routerChanged(let change):
            "router on \(change.interface): \(change.router.map(\.description) ?? "none")"
        case .heard(let heard):
            "reachable nodes: "
                + heard.sorted { $0.key < $1.key }.map { interface, nodes in
                    "\(nodes.isEmpty ? "none" : nodes.keys.sorted().joined(separator: ", ")) on \(interface)"
                }.joined(separator: "; ")
        case .reported(let reports):
            "state on the segment: " + reports.map { CanonicalText.of($0) }.joined(separator: ", ")
        case .rebalanced: "rebalancing requested"
        }
    }

    private static func name(of event: ClusterView.Event) -> String {
        switch event {
        case .configuration(let change, _): name(of: change)
        case .service(let event): name(of: event)
        case .endpointSlice(let event): name(of: event)
        case .node(let event): name(of: event)
        case .secret(let event): name(of: event)
        case .fetched(let service, let slices): "\(slices.count) slices of \(service) fetched"
        case .restored(let saved): "restored: \(saved.services.count) Services known before"
        }
    }

    private static func name(of event: ControllerCore.Event) -> String {
        switch event {
        case .configuration(let change, _): name(of: change)
        case .service(let event): name(of: event)
        case .namespace(let event): name(of: event)
        case .node(let event): name(of: event)
        case .finished(let key, let outcome): "write finished: \(CanonicalText.of(key)): \(name(of: outcome))"
        case .serverAnswers: "the API server answers again"
        case .deadlineReached: "deadline"
        }
    }

    private static func name(of outcome: WriteOutcome) -> String {
        switch outcome {
        case .done: "done"
        case .conflict: "conflict"
        case .gone: "gone"
        case .refused(let reason): "rejected: \(reason)"
        case .failed(let reason, _): "failed: \(reason)"
        }
    }

    private static func name(of change: ConfigurationChange) -> String {
        switch change {
        case .pool(let event): name(of: event)
        case .layer2Advertisement(let event): name(of: event)
        case .bgpAdvertisement(let event): name(of: event)
        case .peer(let event): name(of: event)
        case .bfdProfile(let event): name(of: event)
        case .communities(let event): name(of: event)
        }
    }

    private static func name<Object: KubernetesObject>(of event: WatchEvent<Object>) -> String {
        func title(_ object: Object) -> String {
            "\(Object.kind) \(NamespacedName(namespace: object.metadata.namespace, name: object.metadata.name))"
        }
        return switch event {
        case .initial(let object): "\(title(object)) exists"
        case .ready: "the list of \(Object.kind) objects is complete"
        case .applied(let object): "\(title(object)) is new or changed"
        case .deleted(let name): "\(Object.kind) \(name) deleted"
        }
    }
}

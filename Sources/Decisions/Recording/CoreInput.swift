import Announcement
import Assignment
import ClusterConfiguration
import ClusterDecisions
import Interfaces
import NodeDecisions
import Timing

/// What a core of a process is given: everything that its decisions follow from, beside the time.
package enum CoreInput: Sendable {
    /// ``StandaloneCore`` begins with what was saved before a restart.
    case restored(AssignmentState, unixTime: Int64)
    /// ``StandaloneCore``: the manifests were read.
    case manifestsRead(ManifestReading)
    /// ``StandaloneCore``: only some Services and endpoints are not as they were.
    case manifestsChanged(ManifestChange)
    /// ``StandaloneCore``: its deadline has come.
    case assignmentDeadline
    /// ``ClusterView`` begins.
    case viewStarted(namespace: String, loadBalancerClass: String?)
    case viewed(ClusterView.Event)
    /// This process comes to lead, and ``ControllerCore`` begins anew.
    case leadingBegan(loadBalancerClass: String?)
    /// ``ControllerCore``: with the time of day that it was told, and the random numbers that it drew.
    case controlled(ControllerCore.Event, time: Timestamp, numbers: [UInt64])
    /// ``SpeakerCore`` begins.
    case speakerStarted(node: String, NodePolicy)
    /// ``SpeakerCore`` takes in what ``StandaloneCore`` or ``ClusterView`` decided last: so many updates, made one. They are not recorded
    /// again, but decided again.
    case updatesTaken(Int)
    /// ``SpeakerCore``: any other event.
    case speaker(SpeakerCore.Event)
    /// ``SpeakerCore``: only time has passed.
    case speakerDeadline
    /// ``SpeakerCore``: the process ends.
    case speakerLeaves

    /// The core that takes it.
    package var core: CoreName {
        switch self {
        case .restored, .manifestsRead, .manifestsChanged, .assignmentDeadline: .standalone
        case .speakerStarted, .updatesTaken, .speaker, .speakerDeadline, .speakerLeaves: .speaker
        case .viewStarted, .viewed: .cluster
        case .leadingBegan, .controlled: .controller
        }
    }
}

/// The cores whose turns are recorded.
package enum CoreName: String, CaseIterable, Sendable {
    case standalone
    case cluster
    case speaker
    case controller
}

/// What a core decided in one turn.
package enum CoreDecision: Sendable {
    case nothing
    /// How many saved entries made no sense.
    case ignored(Int)
    case outcome(StandaloneCore.Outcome)
    case viewed(ClusterView.Outcome)
    case actions([SpeakerCore.Action])
    case controllerActions([ControllerCore.Action])

    /// One text for each decision, the same for the same decision in every process, without a secret.
    package var lines: [String] {
        switch self {
        case .nothing: []
        case .ignored(let count): ["ignored \(count) saved entries"]
        case .outcome(let outcome):
            outcome.changes.map { CanonicalText.of($0) }
                + (outcome.update.isEmpty ? [] : [CanonicalText.of(outcome.update)])
        case .viewed(let outcome):
            (outcome.update.isEmpty ? [] : [CanonicalText.of(outcome.update)])
                + outcome.fetches.map { "fetch the slices of \($0)" } + (outcome.mustSave ? ["save"] : [])
        case .actions(let actions): actions.map { CanonicalText.of($0) }
        case .controllerActions(let actions): actions.map { CanonicalText.of($0) }
        }
    }

    /// Of all ``lines``.
    package var digest: String { Checksum.digest(of: lines) }
}

/// A core's turn: when, on what, and what came of it.
package struct CoreTurn: Sendable {
    package var moment: Instant
    package var input: CoreInput
    package var decision: CoreDecision

    package init(at moment: Instant, _ input: CoreInput, _ decision: CoreDecision) {
        self.moment = moment
        self.input = input
        self.decision = decision
    }
}

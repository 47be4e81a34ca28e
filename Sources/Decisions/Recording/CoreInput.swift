import Announcement
import Assignment
import ClusterConfiguration
import ClusterDecisions
import Interfaces
import NodeDecisions
import Timing

/// What a core of `martlet run` is given: everything that its decisions follow from, beside the time.
package enum CoreInput: Sendable {
    /// ``StandaloneCore`` begins with what was saved before a restart.
    case restored(AssignmentState, unixTime: Int64)
    /// ``StandaloneCore``: the manifests were read.
    case manifestsRead(ManifestReading)
    /// ``StandaloneCore``: its deadline has come.
    case assignmentDeadline
    /// ``SpeakerCore`` begins.
    case speakerStarted(node: String, NodePolicy)
    /// ``SpeakerCore`` takes in what ``StandaloneCore`` decided last: so many updates, made one. They are not recorded
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
        case .restored, .manifestsRead, .assignmentDeadline: .standalone
        case .speakerStarted, .updatesTaken, .speaker, .speakerDeadline, .speakerLeaves: .speaker
        }
    }
}

/// The cores whose turns are recorded.
package enum CoreName: String, CaseIterable, Sendable {
    case standalone
    case speaker
}

/// What a core decided in one turn.
package enum CoreDecision: Sendable {
    case nothing
    /// How many saved entries made no sense.
    case ignored(Int)
    case outcome(StandaloneCore.Outcome)
    case actions([SpeakerCore.Action])

    /// One text for each decision, the same for the same decision in every process, without a secret.
    package var lines: [String] {
        switch self {
        case .nothing: []
        case .ignored(let count): ["ignored \(count) saved entries"]
        case .outcome(let outcome):
            outcome.changes.map { CanonicalText.of($0) }
                + (outcome.update.isEmpty ? [] : [CanonicalText.of(outcome.update)])
        case .actions(let actions): actions.map { CanonicalText.of($0) }
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

import BGP
import Interfaces
import NodeDecisions
import Presentation

/// What the speaker's control loop takes, one after the other.
enum SpeakerInput: Sendable {
    /// The cluster has changed: the inbox has it.
    case updated
    case linksChanged(InterfaceTable)
    case routerChanged(RouterChange)
    /// Liveness has changed: the inbox has it.
    case livenessChanged
    case listened(ListenedSegments)
    /// The interfaces where no node can be heard are others.
    case unhearableChanged
    case reported([Layer2Report])
    case rebalanced
    /// ``SpeakerCore/nextDeadline`` may have come.
    case deadlineReached
    case asked(CheckedContinuation<SpeakerView?, Never>)
    /// Nothing has happened: the loop is to show that it turns.
    case beat
}

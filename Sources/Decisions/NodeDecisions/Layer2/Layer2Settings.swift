import LinkLayer
import WireIdentity

/// How the layer-2 engine of a node works.
package struct Layer2Settings: Hashable, Sendable {
    /// When addresses are announced.
    package var pace = Announcer.Pace()
    /// How they are claimed.
    package var claims = ClaimPace()
    /// The SCHED_FIFO priority of the answering thread while it was seen to wait (see ``AnswerPriority``); `nil` leaves it
    /// an ordinary one.
    package var realtimePriority: Int32? = 20
    /// Whose marks its frames carry, and whose it believes.
    package var credentials = SpeakerCredentials()
    /// Frames go out as version 1 writes them. For tests of an upgrade.
    package var speaksPreviousVersion = false

    package init() {}
}

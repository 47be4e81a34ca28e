import Addresses
import BFD

/// What is reported to a person.
package enum LivenessEvent: Hashable, Sendable {
    case memberUp(node: String, interface: String, address: IPAddress)
    case memberLost(node: String, interface: String, SessionState, Diagnostic)
    case socketFailed(interface: String, AddressFamily, message: String, retryAfter: Duration)
    /// Reported when sending starts to fail, and not again before it has worked.
    case sendFailed(interface: String, AddressFamily, message: String)
    /// Reported once a minute at most for each interface and reason.
    case dropped(interface: String, DropReason, from: IPAddress)
    /// The interval between packets follows the segment's size.
    case intervalChanged(interface: String, Duration)
    /// The thread could not run for so long; others may have declared this node down.
    case stalled(interface: String, Duration)
    /// The node comes and goes so often that it counts as lost.
    case memberDamped(node: String, interface: String)
    /// Another host sends as this node. Reported again after ten seconds without its packets.
    case twin(node: String, interface: String, SegmentTwin)
    /// A speaker of another cluster is on the segment. Reported again after ten seconds without its packets.
    case foreignSpeaker(interface: String, ForeignSpeaker)
    /// The loop does not turn; the other nodes get a report that this node has left.
    case loopFrozen(String)
    case loopTurnsAgain(String)
    /// Two nodes' names have one hash.
    case collision(NodeIdentities.Collision)
    /// The thread runs without real-time priority; the text says why.
    case notRealtime(String)
    /// The thread cannot continue; the other nodes see this one as down.
    case stopped(String)
}

import Addresses
import BFD

/// What a person should hear of.
package enum LivenessEvent: Hashable, Sendable {
    case memberUp(node: String, interface: String, address: IPAddress)
    case memberLost(node: String, interface: String, SessionState, Diagnostic)
    case socketFailed(interface: String, AddressFamily, message: String, retryAfter: Duration)
    /// Told when sending begins to fail, and not again before it has worked.
    case sendFailed(interface: String, AddressFamily, message: String)
    /// Told once a minute at most for each interface and reason.
    case dropped(interface: String, DropReason, from: IPAddress)
    /// The interval between packets follows the segment's size.
    case intervalChanged(interface: String, Duration)
    /// The thread could not run for so long; others may have taken this node for dead.
    case stalled(interface: String, Duration)
    /// The node comes and goes so often that it counts as lost.
    case memberDamped(node: String, interface: String)
    /// Another host sends as this node. Told when it was not heard for ten seconds.
    case twin(node: String, interface: String, SegmentTwin)
    /// A speaker of another cluster is on the segment. Told when it was not heard for ten seconds.
    case foreignSpeaker(interface: String, ForeignSpeaker)
    /// The loop does not turn; the others are told that this node has left.
    case loopFrozen(String)
    case loopTurnsAgain(String)
    /// Two nodes' names have one hash.
    case collision(NodeIdentities.Collision)
    /// The thread runs without real-time priority; the text says why.
    case notRealtime(String)
    /// The thread cannot go on; this node is neither heard nor hears.
    case stopped(String)
}

import Addresses
import BFD

/// What a person should hear of.
package enum BFDEvent: Hashable, Sendable {
    case stateChanged(peer: String, from: SessionState, to: SessionState, Diagnostic, isFailure: Bool)
    case receiverFailed(BFDPlace, message: String, retryAfter: Duration)
    case senderFailed(peer: String, message: String, retryAfter: Duration)
    /// Told when sending begins to fail, and not again before it has worked.
    case sendFailed(peer: String, message: String)
    /// Told once a minute at most for each peer and reason; `nil`: a packet for no session.
    case dropped(peer: String?, DropReason, from: IPAddress)
    /// The thread could not run for so long; peers may have taken this node for dead.
    case stalled(Duration)
    /// The thread runs without real-time priority; the text says why.
    case notRealtime(String)
    /// The thread cannot go on.
    case stopped(String)
}

import Addresses
import BFD

/// What is reported to a person.
package enum BFDEvent: Hashable, Sendable {
    case stateChanged(peer: String, from: SessionState, to: SessionState, Diagnostic, isFailure: Bool)
    case receiverFailed(BFDReceiverKey, message: String, retryAfter: Duration)
    case senderFailed(peer: String, message: String, retryAfter: Duration)
    /// Reported when sending starts to fail, and not again before it has worked.
    case sendFailed(peer: String, message: String)
    /// Reported once a minute at most for each peer and reason; `nil`: a packet for no session.
    case dropped(peer: String?, DropReason, from: IPAddress)
    /// The thread could not run for so long; peers may have declared this node down.
    case stalled(Duration)
    /// The thread runs without real-time priority; the text says why.
    case notRealtime(String)
    /// The thread cannot go on.
    case stopped(String)
}

import BFD
import Timing

/// The state of the BFD session with one peer.
package struct BFDPeerStatus: Hashable, Sendable {
    package var state: SessionState
    /// The peer's latest state; Down if nothing arrives.
    package var remoteState: SessionState
    /// Whether a packet of the peer arrived within the last detection time.
    package var isHeard: Bool
    /// Why the session last left Up.
    package var diagnostic: Diagnostic
    /// When it came into its state, on ``UptimeClock``.
    package var since: Instant

    package init(
        state: SessionState = .down, remoteState: SessionState = .down, isHeard: Bool = false,
        diagnostic: Diagnostic = .none, since: Instant
    ) {
        self.state = state
        self.remoteState = remoteState
        self.isHeard = isHeard
        self.diagnostic = diagnostic
        self.since = since
    }

    package var isUp: Bool { state == .up }

    /// Whether one of both has said that the session is to be down, which tells nothing of the path: RFC 5882 §3.2.
    package var isAdministrative: Bool { state == .adminDown || (isHeard && remoteState == .adminDown) }
}

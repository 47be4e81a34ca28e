import BFD
import BGP
import Logging
import NodeDecisions
import SystemIO

// What the BFD session beside the BGP session says: ``BFDGate`` decides, this carries out.

extension BGPPeer {
    /// Whether a session is to be held now.
    var mayHoldSession: Bool { !isStopped && settings.shutdown == nil && gate.isOpen }

    func bfdChanged(_ change: BFDChange) {
        perform(gate.handle(change, at: UptimeClock.now, using: &generator))
        armTimer()
    }

    /// The peer is configured without BFD from now on.
    func bfdRemoved() {
        perform(gate.remove())
        armTimer()
    }

    func bfdDeadlineReached() {
        guard let deadline = gate.nextDeadline, deadline <= UptimeClock.now else { return }
        perform(gate.handleDeadline(at: UptimeClock.now))
    }

    /// What keeps the session down, in words; `nil`: BFD does not.
    var bfdObstacle: String? {
        guard !gate.isOpen else { return nil }
        let reason = gate.status.map { "\($0.diagnostic)" } ?? "unknown"
        return "held down until BFD is Up: \(reason)"
    }

    private func perform(_ verdict: BFDGate.Verdict) {
        switch verdict {
        case .unchanged: break
        case .end: handle(.stop(.bfdDown))
        case .begin: if mayHoldSession { handle(.start) }
        case .hurry:
            switch session.state {
            case .idle, .active, .connect:
                guard mayHoldSession else { break }
                // What has come no further than this can begin again without a word to the peer.
                handle(.stop(.bfdDown))
                handle(.start)
            case .openSent, .openConfirm, .established: break
            }
        }
    }
}

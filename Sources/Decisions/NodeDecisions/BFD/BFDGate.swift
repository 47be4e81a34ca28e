import BFD
import Timing

/// What BFD means for the BGP session with a peer: RFC 5882.
///
/// - A path that has failed ends the session (§4.3), and it stays ended until BFD is Up again. So it does not come and go
///   while the path does.
/// - BFD that is not Up yet does not delay BGP (§4.1): the router may not use BFD, or start it after BGP.
/// - For the same reason the session is let go after a failure too, once the router has said nothing by BFD for
///   ``patience``: BFD may have been disabled. As long as it sends packets, both want BFD, and it is not released.
/// - That either side wants BFD down is no failure (§3.2).
///
/// A value: it decides, ``BGPPeer`` acts.
package struct BFDGate: Hashable, Sendable {
    package enum Verdict: Hashable, Sendable {
        case unchanged
        /// End the session, and begin none.
        case end
        /// A session may begin.
        case begin
        /// The path has just been shown to work: no need to wait for the next attempt.
        case hurry
    }

    /// A router that wants BFD sends more often than this: once a second while its session is down (RFC 5880
    /// §6.8.3).
    package static let patience = Duration.seconds(3)
    /// A session that was Up for less was no success.
    package static let success = Duration.seconds(60)

    /// Whether a BGP session may be held.
    package private(set) var isOpen = true
    /// When to come back with ``handleDeadline(at:)``.
    package private(set) var nextDeadline: Instant?
    package private(set) var status: BFDPeerStatus?

    package init(isOpen: Bool = true, nextDeadline: Instant? = nil, status: BFDPeerStatus? = nil) {
        self.isOpen = isOpen
        self.nextDeadline = nextDeadline
        self.status = status
    }
    /// Doubles with each failure that follows another soon, so that a path that comes and goes is not followed each time.
    private var backoff = Backoff(first: .seconds(1), limit: .seconds(30))
    private var closedUntil = Instant.zero
    private var silentSince: Instant?
    private var upSince: Instant?

    package mutating func handle(
        _ change: BFDChange, at now: Instant, using generator: inout some RandomNumberGenerator
    ) -> Verdict {
        let before = status
        let new = change.status
        status = new
        if new.isHeard { silentSince = nil } else { silentSince = silentSince ?? now }
        if change.isFailure {
            if let upSince, upSince.duration(to: now) >= BFDGate.success { backoff.reset() }
            closedUntil = now.advanced(by: backoff.next(using: &generator))
        }
        if new.state != .up { upSince = nil } else if before?.state != .up { upSince = now }
        if change.isFailure, isOpen {
            isOpen = false
            nextDeadline = opensAt
            return .end
        }
        guard isOpen else { return reconsider(at: now) }
        return new.state == .up && before?.state != .up ? .hurry : .unchanged
    }

    package mutating func handleDeadline(at now: Instant) -> Verdict { isOpen ? .unchanged : reconsider(at: now) }

    /// The session is to be held without BFD.
    package mutating func remove() -> Verdict {
        defer { self = BFDGate() }
        return isOpen ? .unchanged : .begin
    }

    private mutating func reconsider(at now: Instant) -> Verdict {
        guard let opening = opensAt, opening <= now else {
            nextDeadline = opensAt
            return .unchanged
        }
        isOpen = true
        nextDeadline = nil
        return .begin
    }

    /// When a session may start again if no more packets arrive; `nil`: not before one arrives.
    private var opensAt: Instant? {
        guard let status else { return closedUntil }
        if status.state == .up || status.isAdministrative { return closedUntil }
        return silentSince.map { max(closedUntil, $0.advanced(by: BFDGate.patience)) }
    }
}

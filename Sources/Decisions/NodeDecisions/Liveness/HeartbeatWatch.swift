import Timing

/// Decides whether a loop that is watched has frozen, and whether it turns again.
///
/// Only time in which the watcher itself was running counts: a machine that was paused, or a process that was stopped, has
/// kept both from turning.
package struct HeartbeatWatch: Hashable, Sendable {
    /// How long a loop may not turn.
    package static let patience = Duration.milliseconds(150)
    /// How long it has to turn again before it is trusted.
    package static let recovery = Duration.seconds(1)
    /// How often the loop turns at least.
    private let interval: Duration
    /// More than this between two looks, and the watcher was kept from running for the rest.
    private var longestLook: Duration { interval * 3 / 2 }

    package private(set) var isFrozen = false
    private var lastTurns: UInt64?
    private var lastLook: Instant?
    private var still = Duration.zero
    private var turning = Duration.zero

    package init(interval: Duration) { self.interval = interval }

    /// When to look next, at the latest.
    package var nextLook: Instant? { lastLook?.advanced(by: interval) }

    /// Takes how often the loop has turned; `nil`: it has ended. Returns whether ``isFrozen`` has changed.
    package mutating func look(_ turns: UInt64?, at now: Instant) -> Bool {
        let elapsed = lastLook.map { min($0.duration(to: now), longestLook) } ?? .zero
        defer { (lastTurns, lastLook) = (turns, now) }
        guard let turns else {
            defer { isFrozen = true }
            return !isFrozen
        }
        if turns == lastTurns {
            still += elapsed
            if still >= longestLook { turning = .zero }
        } else {
            still = .zero
            turning += elapsed
        }
        let before = isFrozen
        isFrozen = isFrozen ? turning < HeartbeatWatch.recovery : still >= HeartbeatWatch.patience
        if isFrozen, !before { turning = .zero }
        return isFrozen != before
    }
}

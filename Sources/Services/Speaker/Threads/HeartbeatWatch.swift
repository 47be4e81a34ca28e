import SystemIO
import Timing

/// Decides whether a loop that is watched has frozen, and whether it turns again.
///
/// Only time in which the watcher itself was running counts: a machine that was paused, or a process that was stopped, has
/// kept both from turning.
struct HeartbeatWatch: Hashable, Sendable {
    /// How long a loop may not turn.
    static let patience = Duration.milliseconds(150)
    /// How long it has to turn again before it is trusted.
    static let recovery = Duration.seconds(1)
    /// More than this between two looks, and the watcher was kept from running for the rest.
    private static let longestLook = Heartbeat.interval * 3 / 2

    private(set) var isFrozen = false
    private var lastTurns: UInt64?
    private var lastLook: Instant?
    private var still = Duration.zero
    private var turning = Duration.zero

    /// When to look next, at the latest.
    var nextLook: Instant? { lastLook?.advanced(by: Heartbeat.interval) }

    /// Takes how often the loop has turned; `nil`: it has ended. Returns whether ``isFrozen`` has changed.
    mutating func look(_ turns: UInt64?, at now: Instant) -> Bool {
        let elapsed = lastLook.map { min($0.duration(to: now), HeartbeatWatch.longestLook) } ?? .zero
        defer { (lastTurns, lastLook) = (turns, now) }
        guard let turns else {
            defer { isFrozen = true }
            return !isFrozen
        }
        if turns == lastTurns {
            still += elapsed
            if still >= Heartbeat.interval * 3 / 2 { turning = .zero }
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

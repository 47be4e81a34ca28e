import Timing

/// How many Events may be written: many at once when little happened before, few for long.
///
/// An Event is for a person. A person reads none of five thousand, but the API server must keep them all.
package struct EventBudget: Hashable, Sendable {
    /// How many at once.
    package static let burst = 50.0
    /// How many a second in the long run.
    package static let rate = 0.5
    /// What is left for warnings when normal ones are no longer sent.
    package static let reserve = 10.0

    private var tokens = burst
    private var counted: Instant?
    /// How many were not sent.
    package private(set) var withheld = 0

    package init() {}

    /// Whether one more may be sent now.
    package mutating func admit(_ kind: EventNote.Kind, at now: Instant) -> Bool {
        if let counted {
            let seconds = Double(max(counted.duration(to: now), .zero).wholeNanoseconds) / 1e9
            tokens = min(EventBudget.burst, tokens + seconds * EventBudget.rate)
        }
        counted = now
        guard tokens >= (kind == .warning ? 1 : 1 + EventBudget.reserve) else {
            withheld += 1
            return false
        }
        tokens -= 1
        return true
    }
}

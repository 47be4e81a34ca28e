/// Timers as data: which are running, and when each expires. A stopped timer cannot fire.
///
/// For the handful of timers that one state machine has: a sorted array beats every cleverer structure.
package struct TimerSet<Timer: Hashable & Sendable>: Hashable, Sendable {
    @usableFromInline struct Entry: Hashable, Sendable {
        @usableFromInline let deadline: Instant
        @usableFromInline let timer: Timer

        @inlinable init(deadline: Instant, timer: Timer) {
            self.deadline = deadline
            self.timer = timer
        }
    }

    /// Sorted by deadline; of equal deadlines, the one set first is first.
    @usableFromInline var entries: [Entry] = [] { didSet { nextDeadline = entries.first?.deadline } }
    /// When the first of them expires. Kept, since a loop asks for it at every turn.
    package private(set) var nextDeadline: Instant?

    @inlinable package init() {}

    /// Starts a timer, or restarts it if it runs.
    @inlinable package mutating func set(_ timer: Timer, at deadline: Instant) {
        stop(timer)
        let index = entries.firstIndex { $0.deadline > deadline } ?? entries.endIndex
        entries.insert(Entry(deadline: deadline, timer: timer), at: index)
    }

    @inlinable package mutating func stop(_ timer: Timer) { entries.removeAll { $0.timer == timer } }

    @inlinable package mutating func stopAll() { entries.removeAll() }

    @inlinable package func deadline(of timer: Timer) -> Instant? { entries.first { $0.timer == timer }?.deadline }

    @inlinable package func isRunning(_ timer: Timer) -> Bool { deadline(of: timer) != nil }

    /// Stops and returns the first timer that has expired at `now`. Call until it returns `nil`: what one timer does may
    /// stop the next.
    @inlinable package mutating func popExpired(at now: Instant) -> Timer? {
        guard let first = entries.first, first.deadline <= now else { return nil }
        return entries.removeFirst().timer
    }
}

import Timing

/// When the thread that answers has real-time priority: while it was seen to wait for a processor.
///
/// The kernel wakes a thread of normal priority on the processor that a frame came to. One of real-time priority stays on
/// its own, which on an idle node has to be roused first; and in a flood of requests it would take more than its share
/// from all that runs there. On a busy node, however, a thread of normal priority may wait for as long as others like,
/// and that shows: the kernel says when a frame came.
///
/// A value: how long each waking took goes in, what to change comes out.
package struct AnswerPriority: Sendable {
    package enum Change: Hashable, Sendable {
        /// For so long at least.
        case raise(for: Duration)
        case lower
    }

    /// Waking a thread takes some tens of microseconds.
    package static let longestWait = Duration.milliseconds(2)
    /// Twice within this, and the node is busy; once may be a hypervisor, which lets its guests wait now and then.
    package static let memory = Duration.seconds(10)
    /// How long the first time; each time that the node turns out to be still busy, twice as long.
    package static let shortest = Duration.seconds(60)
    package static let longest = Duration.seconds(960)

    private var duration = AnswerPriority.shortest
    private var raisedUntil: Instant?
    private var loweredAt: Instant?
    private var lastLate: Instant?

    package init() {}

    package var isRaised: Bool { raisedUntil != nil }

    /// Takes how long the thread waited between its reason to wake and `now`, when it did.
    package mutating func noteWait(_ wait: Duration, at now: Instant) -> Change? {
        if let raisedUntil {
            guard raisedUntil <= now else { return nil }
            self.raisedUntil = nil
            loweredAt = now
            lastLate = nil
            return .lower
        }
        guard wait > AnswerPriority.longestWait else { return nil }
        let isRepeated = lastLate.map { $0.duration(to: now) <= AnswerPriority.memory } ?? false
        lastLate = now
        guard isRepeated else { return nil }
        let wasBusyLately = loweredAt.map { $0.duration(to: now) < duration } ?? false
        duration = wasBusyLately ? min(duration * 2, AnswerPriority.longest) : AnswerPriority.shortest
        raisedUntil = now.advanced(by: duration)
        return .raise(for: duration)
    }
}

import DequeModule
import Timing

/// What is to be written, in order, each thing at most once; and what is under way.
///
/// A thing that is to be written is in one of three places: in line, paused because its last write failed, or behind a
/// write of its own that is under way. Each step costs at most the logarithm of what is paused.
struct WriteQueue: Sendable {
    private var line: Deque<WriteKey> = []
    /// What is to be written, wherever it is. What is queued and not in here has been dropped.
    private var waiting: Set<WriteKey> = []
    private(set) var inFlight: Set<WriteKey> = []
    /// When what failed may be tried again.
    private var pauses = DeadlineQueue<WriteKey>()
    /// Until when nothing at all is written, because the API server has asked for it.
    private var rest: Instant?
    /// Of things whose last write failed.
    private var backoffs: [WriteKey: Backoff] = [:]

    private static let first = Duration.milliseconds(200)
    private static let limit = Duration.seconds(30)
    /// However long the API server asks for, it is asked again after this.
    static let longestRest = Duration.seconds(60)

    var isEmpty: Bool { waiting.isEmpty && inFlight.isEmpty }

    /// The thing may have to be written.
    mutating func enqueue(_ key: WriteKey) {
        if waiting.insert(key).inserted, !inFlight.contains(key) { line.append(key) }
    }

    /// The thing has changed, so that what kept it may be over.
    mutating func unblock(_ key: WriteKey) {
        guard pauses.deadline(of: key) != nil else { return }
        pauses.set(key, at: nil)
        line.append(key)
    }

    /// The thing is gone.
    mutating func forget(_ key: WriteKey) {
        waiting.remove(key)
        pauses.set(key, at: nil)
        backoffs[key] = nil
    }

    /// When something that must wait may be tried again.
    var nextDeadline: Instant? { line.isEmpty ? pauses.nextDeadline : Instant.earliest(rest, pauses.nextDeadline) }

    /// The API server asks to be left alone until then.
    mutating func rest(until end: Instant) { rest = max(rest ?? end, end) }

    /// What has been paused for long enough is queued again.
    mutating func resumeDue(at now: Instant) {
        if let end = rest, end <= now { rest = nil }
        while let key = pauses.popExpired(at: now) { line.append(key) }
    }

    /// What has failed may be tried again now, without the delays that have grown: the API server was down, and answers.
    mutating func resumeAll() {
        rest = nil
        backoffs = [:]
        while let next = pauses.nextDeadline, let key = pauses.popExpired(at: next) { line.append(key) }
    }

    /// Takes out the first thing that may be written now; `nil`: none, or there is no room. Say afterwards what came of it:
    /// ``begin(_:)`` or ``skip(_:)``.
    mutating func popFirst() -> WriteKey? {
        while rest == nil, inFlight.count < ControllerCore.parallelWrites, let key = line.popFirst() {
            guard waiting.contains(key), !inFlight.contains(key), pauses.deadline(of: key) == nil else { continue }
            waiting.remove(key)
            return key
        }
        return nil
    }

    /// Its write is under way.
    mutating func begin(_ key: WriteKey) { inFlight.insert(key) }

    /// There is nothing to write.
    mutating func skip(_ key: WriteKey) { backoffs[key] = nil }

    /// A write ended. If it is to be tried again, it is paused, longer from time to time.
    mutating func finish(
        _ key: WriteKey, retrying: Bool, at now: Instant, using generator: inout some RandomNumberGenerator
    ) {
        inFlight.remove(key)
        guard retrying else {
            backoffs[key] = nil
            if waiting.contains(key) { line.append(key) }
            return
        }
        waiting.insert(key)
        let delay = backoffs[key, default: Backoff(first: WriteQueue.first, limit: WriteQueue.limit)]
            .next(using: &generator)
        pauses.set(key, at: now.advanced(by: delay))
    }
}

import DequeModule
import Timing

/// What is to be written, in order, each thing at most once; and what is under way.
struct WriteQueue: Sendable {
    /// Why a thing must wait, and until when.
    private struct Block: Sendable {
        var until: Instant
        var backoff: Backoff
    }

    private var order: Deque<WriteKey> = []
    /// What is to be written: in `order`, or parked.
    private var waiting: Set<WriteKey> = []
    /// What waits for a block, or a write under way, to end.
    private var parked: Set<WriteKey> = []
    private(set) var inFlight: Set<WriteKey> = []
    /// Of things whose last write failed.
    private var blocks: [WriteKey: Block] = [:]

    private static let first = Duration.milliseconds(200)
    private static let limit = Duration.seconds(30)

    var isEmpty: Bool { waiting.isEmpty && inFlight.isEmpty }

    /// The thing may have to be written.
    mutating func enqueue(_ key: WriteKey) {
        if waiting.insert(key).inserted { order.append(key) }
    }

    /// The thing has changed, so that what kept it may be over.
    mutating func unblock(_ key: WriteKey) {
        guard blocks[key] != nil else { return }
        blocks[key]?.until = .zero
        unpark(key)
    }

    /// The thing is gone.
    mutating func forget(_ key: WriteKey) {
        waiting.remove(key)
        parked.remove(key)
        blocks[key] = nil
    }

    /// When something that had to wait may be tried again.
    var nextDeadline: Instant? {
        blocks.lazy.filter { parked.contains($0.key) && !inFlight.contains($0.key) }.map(\.value.until).min()
    }

    /// What has waited for long enough may be taken again.
    mutating func unparkDue(at now: Instant) {
        for (key, block) in blocks where block.until <= now && !inFlight.contains(key) { unpark(key) }
    }

    /// Takes out the first thing that may be written now; `nil`: none, or there is no room. Say afterwards what came of it:
    /// ``begin(_:)`` or ``skip(_:)``.
    mutating func popFirst(at now: Instant) -> WriteKey? {
        while inFlight.count < ControllerCore.parallelWrites, let key = order.popFirst() {
            guard waiting.contains(key) else { continue }
            guard !inFlight.contains(key), blocks[key].map({ $0.until <= now }) ?? true else {
                parked.insert(key)
                continue
            }
            waiting.remove(key)
            return key
        }
        return nil
    }

    /// Its write is under way.
    mutating func begin(_ key: WriteKey) { inFlight.insert(key) }

    /// There is nothing to write.
    mutating func skip(_ key: WriteKey) { blocks[key] = nil }

    /// A write ended. If it is to be tried again, it waits, longer from time to time.
    mutating func finish(
        _ key: WriteKey, retrying: Bool, at now: Instant, using generator: inout some RandomNumberGenerator
    ) {
        inFlight.remove(key)
        guard retrying else {
            blocks[key] = nil
            return unpark(key)
        }
        var backoff = blocks[key]?.backoff ?? Backoff(first: WriteQueue.first, limit: WriteQueue.limit)
        let delay = backoff.next(using: &generator)
        blocks[key] = Block(until: now.advanced(by: delay), backoff: backoff)
        if waiting.insert(key).inserted { parked.insert(key) }
    }

    private mutating func unpark(_ key: WriteKey) {
        if parked.remove(key) != nil { order.append(key) }
    }
}

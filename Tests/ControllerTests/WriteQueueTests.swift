import KubernetesModel
import TestSupport
import Testing
import Timing

@testable import ClusterDecisions
@testable import Controller

@Suite struct WriteQueueTests {
    private var queue = WriteQueue()
    private var generator = SeededGenerator(seed: 1)
    private let first = key(1)
    private let second = key(2)

    private static func key(_ number: Int) -> WriteKey { .service(NamespacedName(namespace: "a", name: "\(number)")) }

    private mutating func begin() -> WriteKey? {
        let key = queue.popFirst()
        if let key { queue.begin(key) }
        return key
    }

    @Test("Things are written in order, each once") mutating func order() {
        for key in [first, second, first] { queue.enqueue(key) }
        #expect([begin(), begin(), begin()] == [first, second, nil])
    }

    @Test("What changes while it is written is written again, when that has ended") mutating func again() {
        queue.enqueue(first)
        #expect(begin() == first)
        queue.enqueue(first)
        #expect(begin() == nil)
        queue.finish(first, retrying: false, at: .zero, using: &generator)
        #expect(begin() == first)
        queue.finish(first, retrying: false, at: .zero, using: &generator)
        #expect(queue.isEmpty)
    }

    @Test("What failed is paused, longer from time to time, and keeps nothing else waiting")
    mutating func pauses() throws {
        var now = Instant.zero
        var longest = Duration.zero
        queue.enqueue(first)
        for _ in 0..<12 {
            queue.resumeDue(at: now)
            #expect(begin() == first)
            queue.finish(first, retrying: true, at: now, using: &generator)
            let due = try #require(queue.nextDeadline)
            queue.enqueue(first)
            queue.enqueue(second)
            queue.resumeDue(at: due.advanced(by: .nanoseconds(-1)))
            #expect([begin(), begin()] == [second, nil])
            queue.finish(second, retrying: false, at: now, using: &generator)
            longest = max(longest, now.duration(to: due))
            now = due
        }
        #expect(longest > .seconds(10) && longest <= .seconds(30))
    }

    @Test("The API server was down and answers → what failed is tried at once, however often it had, and nothing rests")
    mutating func resumed() {
        var now = Instant.zero
        for key in [first, second] { queue.enqueue(key) }
        for _ in 0..<12 {
            queue.resumeDue(at: now)
            for key in [begin(), begin()].compactMap(\.self) {
                queue.finish(key, retrying: true, at: now, using: &generator)
            }
            now = now.advanced(by: .seconds(40))
        }
        queue.resumeDue(at: now)
        for key in [begin(), begin()].compactMap(\.self) {
            queue.finish(key, retrying: true, at: now, using: &generator)
        }
        queue.rest(until: now.advanced(by: .seconds(30)))
        #expect(begin() == nil)
        queue.resumeAll()
        let resumed = [begin(), begin()].compactMap(\.self)
        #expect(Set(resumed) == [first, second])
        // The next failure waits as the first did.
        queue.finish(first, retrying: true, at: now, using: &generator)
        #expect(queue.nextDeadline.map { now.duration(to: $0) <= .milliseconds(200) } ?? false)
    }

    @Test("What failed and has changed is tried at once") mutating func unblocked() {
        queue.enqueue(first)
        #expect(begin() == first)
        queue.finish(first, retrying: true, at: .zero, using: &generator)
        queue.unblock(first)
        #expect(queue.nextDeadline == nil)
        #expect(begin() == first)
    }

    @Test("What is gone is not written, in line or paused", arguments: [true, false])
    mutating func forgotten(isPaused: Bool) {
        queue.enqueue(first)
        if isPaused {
            #expect(begin() == first)
            queue.finish(first, retrying: true, at: .zero, using: &generator)
        }
        queue.forget(first)
        #expect(queue.nextDeadline == nil)
        #expect(begin() == nil)
        #expect(queue.isEmpty)
    }

    @Test("It behaves as three sets do, and never writes one thing twice at a time", arguments: [UInt64(1), 2, 3])
    mutating func model(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var waiting: Set<WriteKey> = []
        var paused: [WriteKey: Instant] = [:]
        var inFlight: Set<WriteKey> = []
        var now = Instant.zero
        for _ in 0..<20_000 {
            let key = WriteQueueTests.key(Int.random(in: 0..<30, using: &generator))
            switch Int.random(in: 0..<8, using: &generator) {
            case 0, 1:
                queue.enqueue(key)
                waiting.insert(key)
            case 2:
                queue.unblock(key)
                paused[key] = nil
            case 3:
                queue.forget(key)
                waiting.remove(key)
                paused[key] = nil
            case 4:
                guard let ended = inFlight.min(by: { "\($0)" < "\($1)" }) else { continue }
                let isRetried = Bool.random(using: &generator)
                queue.finish(ended, retrying: isRetried, at: now, using: &generator)
                inFlight.remove(ended)
                guard isRetried else { continue }
                waiting.insert(ended)
                paused[ended] = now.advanced(by: .milliseconds(1))  // When exactly is the back-off's affair.
            case 5:
                // Far enough that every pause is over.
                now = now.advanced(by: .seconds(60))
                queue.resumeDue(at: now)
                paused.removeAll()
            default:
                let possible = waiting.filter { paused[$0] == nil && !inFlight.contains($0) }
                guard let taken = queue.popFirst() else {
                    #expect(possible.isEmpty || inFlight.count == ControllerCore.parallelWrites, "seed \(seed)")
                    continue
                }
                #expect(possible.contains(taken), "seed \(seed)")
                waiting.remove(taken)
                guard Bool.random(using: &generator) else {
                    queue.skip(taken)
                    continue
                }
                queue.begin(taken)
                inFlight.insert(taken)
            }
            #expect(queue.inFlight == inFlight, "seed \(seed)")
            #expect((queue.nextDeadline == nil) == paused.isEmpty, "seed \(seed)")
            #expect(queue.isEmpty == (waiting.isEmpty && inFlight.isEmpty), "seed \(seed)")
        }
    }
}

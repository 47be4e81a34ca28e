import TestSupport
import Testing
import Timing

@Suite struct BackoffTests {
    @Test("Without jitter, delays double up to the limit, and begin again after a reset") func doubling() {
        var generator = SeededGenerator(seed: 1)
        var backoff = Backoff(first: .seconds(1), limit: .seconds(5), jitter: 0)
        let delays = (0..<5).map { _ in backoff.next(using: &generator) }
        #expect(delays == [.seconds(1), .seconds(2), .seconds(4), .seconds(5), .seconds(5)])
        backoff.reset()
        #expect(backoff.next(using: &generator) == .seconds(1))
    }

    @Test("A backoff that goes on for years neither overflows nor passes its limit") func longRun() {
        var generator = SeededGenerator(seed: 2)
        var backoff = Backoff(first: .nanoseconds(1), limit: .seconds(Int64.max / 2_000_000_000))
        for _ in 0..<10_000 { #expect(backoff.next(using: &generator) <= backoff.limit) }
    }

    @Test("Jitter takes away at most its part", arguments: [UInt64(1), 2, 3])
    func jitter(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var seen: Set<Duration> = []
        for _ in 0..<1_000 {
            let delay = Duration.seconds(4).jittered(by: 0.25, using: &generator)
            #expect(delay >= .seconds(3) && delay <= .seconds(4), "seed \(seed)")
            seen.insert(delay)
        }
        #expect(seen.count > 900, "seed \(seed)")
    }
}

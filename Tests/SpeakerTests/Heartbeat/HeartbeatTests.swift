import NodeDecisions
import SystemIO
import TestSupport
import Testing
import Timing

@testable import Speaker

@Suite("Heartbeats") struct HeartbeatTests {
    /// A watch that looks every 50 ms, or as long apart as the row says, and how often the loop has turned.
    private struct Subject {
        var watch = HeartbeatWatch(interval: Heartbeat.interval)
        var now = Instant.zero
        var turns: UInt64? = 0

        /// Returns when the verdict changed, if it did.
        mutating func pass(_ duration: Duration, turning: Bool, every step: Duration = .milliseconds(50)) -> Instant? {
            let end = now.advanced(by: duration)
            var changed: Instant?
            while now < end {
                now = now.advanced(by: step)
                if turning, let turns { self.turns = turns + 1 }
                if watch.look(turns, at: now) { changed = changed ?? now }
            }
            return changed
        }
    }

    @Test("A loop that turns → never frozen; one that does not for 150 ms → frozen; again for a second → trusted")
    func frozen() throws {
        var subject = Subject()
        let quiet = subject.pass(.seconds(60), turning: true)
        #expect(quiet == nil)
        let began = subject.now
        let stillness = subject.pass(.seconds(1), turning: false)
        let frozen = try #require(stillness)
        #expect(began.duration(to: frozen) == .milliseconds(150) && subject.watch.isFrozen)
        let again = subject.now
        #expect(subject.pass(.milliseconds(950), turning: true) == nil && subject.watch.isFrozen)
        let recovery = subject.pass(.seconds(1), turning: true)
        let trusted = try #require(recovery)
        #expect(again.duration(to: trusted) == .seconds(1) && !subject.watch.isFrozen)
    }

    @Test("It turns, and freezes again → the second begins again") func relapse() {
        var subject = Subject()
        _ = subject.pass(.seconds(1), turning: true)
        _ = subject.pass(.seconds(1), turning: false)
        for _ in 0..<10 {
            #expect(subject.pass(.milliseconds(500), turning: true) == nil)
            #expect(subject.pass(.milliseconds(500), turning: false) == nil)
            #expect(subject.watch.isFrozen)
        }
        #expect(subject.pass(.seconds(2), turning: true) != nil)
    }

    @Test("The machine was paused for an hour → nothing is frozen") func paused() {
        var subject = Subject()
        _ = subject.pass(.seconds(1), turning: true)
        #expect(subject.pass(.seconds(3600), turning: false, every: .seconds(3600)) == nil)
        #expect(subject.pass(.seconds(10), turning: true) == nil)
        // The watcher is slow itself.
        #expect(subject.pass(.seconds(60), turning: true, every: .seconds(2)) == nil)
    }

    @Test("A loop that has ended → at once, and for good") func ended() {
        var subject = Subject()
        _ = subject.pass(.seconds(1), turning: true)
        subject.turns = nil
        #expect(subject.pass(.milliseconds(50), turning: false) != nil && subject.watch.isFrozen)
        #expect(subject.pass(.seconds(10), turning: true) == nil && subject.watch.isFrozen)
    }

    @Test("A loop that waits for inputs gets one to turn by; none while it does not turn") func driven() async {
        let heartbeat = Heartbeat("test")
        let sent = Locked(0)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await heartbeat.keepTurning { sent.withLock { $0 += 1 } } }
            // It stands still: the first waits for it, and no more come.
            try? await Task.sleep(for: Heartbeat.slowInterval * 3)
            #expect(sent.withLock { $0 } == 1)
            heartbeat.beat()
            let end = ContinuousClock.now + .seconds(30)
            while sent.withLock({ $0 }) < 2, ContinuousClock.now < end {
                try? await Task.sleep(for: .milliseconds(10))
            }
            #expect(sent.withLock { $0 } == 2)
            group.cancelAll()
        }
    }

    @Test("A loop that beats is alive; one that has ended is a problem") func problems() {
        let heartbeat = Heartbeat("test")
        heartbeat.beat()
        #expect(heartbeat.isAlive && heartbeat.problem == nil && heartbeat.turns == 1)
        heartbeat.end()
        #expect(!heartbeat.isAlive && heartbeat.problem == "the loop test has stopped" && heartbeat.turns == nil)
    }
}

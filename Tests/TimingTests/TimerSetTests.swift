import TestSupport
import Testing
import Timing

@Suite struct TimerSetTests {
    private func at(_ seconds: Int64) -> Instant { Instant(nanoseconds: seconds * 1_000_000_000) }

    @Test("Timers expire in order of their deadlines, those of one deadline as they were set") func order() {
        var timers = TimerSet<String>()
        timers.set("late", at: at(9))
        timers.set("first", at: at(5))
        timers.set("second", at: at(5))
        #expect(timers.nextDeadline == at(5))
        #expect(timers.popExpired(at: at(4)) == nil)
        #expect(timers.popExpired(at: at(9)) == "first")
        #expect(timers.popExpired(at: at(9)) == "second")
        #expect(timers.popExpired(at: at(9)) == "late")
        #expect(timers.popExpired(at: at(9)) == nil)
        #expect(timers.nextDeadline == nil)
    }

    @Test("A stopped timer does not fire, and one set again fires once, at its new time") func stopAndRestart() {
        var timers = TimerSet<Int>()
        timers.set(1, at: at(1))
        timers.set(2, at: at(2))
        timers.set(1, at: at(3))
        timers.stop(2)
        #expect(!timers.isRunning(2))
        #expect(timers.deadline(of: 1) == at(3))
        #expect(timers.popExpired(at: at(2)) == nil)
        #expect(timers.popExpired(at: at(3)) == 1)
        #expect(timers.popExpired(at: at(99)) == nil)
    }
}

import NetworkIO
import SystemIO
import TestSupport
import Testing
import Timing

/// Timers, wake-ups and threads: what the loops that must be prompt are made of.
@Suite struct WaitingTests {
    @Test("A timer goes off at its moment, not before, and once")
    func timer() async throws {
        try await onOwnThread {
            var timer = try DeadlineTimer()
            var poll = PollSet([timer.rawValue])
            let deadline = UptimeClock.now.advanced(by: .milliseconds(30))
            timer.arm(at: deadline)
            try poll.wait(for: .seconds(5))
            #expect(poll.isReady(0))
            #expect(UptimeClock.now >= deadline)
            timer.clear()
            try poll.wait(for: .milliseconds(20))
            #expect(!poll.isReady(0))
        }
    }

    @Test("Descriptors that are replaced while those that are ready are gone through → asked about as before")
    func replaced() throws {
        var first = try DeadlineTimer()
        let second = try DeadlineTimer()
        var third = try DeadlineTimer()
        var poll = PollSet([first.rawValue, second.rawValue, third.rawValue])
        first.arm(at: .zero)
        third.arm(at: .zero)
        try poll.wait(for: .seconds(5))
        var ready: [Int] = []
        for index in 0..<3 where poll.isReady(index) {
            ready.append(index)
            poll.replace(with: [second.rawValue])
        }
        #expect(ready == [0, 2])
        try poll.wait(for: .zero)
        #expect(!poll.isReady(0), "the one that is waited on from now on is not ready")
    }

    @Test("A moment that has passed, even zero, goes off at once; a stopped timer does not")
    func pastAndStopped() async throws {
        try await onOwnThread {
            var timer = try DeadlineTimer()
            var poll = PollSet([timer.rawValue])
            timer.arm(at: .zero)
            try poll.wait(for: .seconds(5))
            #expect(poll.isReady(0))
            timer.clear()
            timer.arm(at: UptimeClock.now.advanced(by: .milliseconds(10)))
            timer.arm(at: nil)
            try poll.wait(for: .milliseconds(40))
            #expect(!poll.isReady(0))
        }
    }

    @Test("One thread wakes another that waits")
    func wakeUp() async throws {
        final class Shared: Sendable {
            let wakeUp: WakeUp
            init() throws { wakeUp = try WakeUp() }
        }
        let shared = try Shared()
        let woken = Locked(0)
        let thread = try DedicatedThread(name: "test") {
            var poll = PollSet([shared.wakeUp.rawValue])
            do { try poll.wait(for: .seconds(10)) } catch { return }
            if poll.isReady(0) { woken.withLock { $0 += 1 } }
            shared.wakeUp.clear()
            do { try poll.wait(for: .milliseconds(10)) } catch { return }
            if !poll.isReady(0) { woken.withLock { $0 += 1 } }
        }
        shared.wakeUp.signal()
        shared.wakeUp.signal()
        try await onOwnThread { thread.join() }
        #expect(woken.value == 2, "woken once, and then not again")
    }

    @Test("Real-time priority without the right to it is an error, with it not")
    func realtime() async throws {
        guard NetworkNamespace.isPermitted else { return }
        try await onOwnThread {
            try DedicatedThread.becomeRealtime(priority: 1)
        }
        let code = try await onOwnThread { () -> CInt? in
            try TestPrivileges.drop()
            do throws(SystemError) {
                try DedicatedThread.becomeRealtime(priority: 1)
                return nil
            } catch {
                return error.code
            }
        }
        #expect(code == 1, "EPERM")
    }
}

import Synchronization
import TestSupport
import Testing

@testable import KubernetesClient

@Suite("Waiting for a server, many at once")
struct ReachabilityTests {
    /// Attempts, of which some fail.
    private final class Attempts: Sendable {
        private let state = Mutex((made: 0, underWay: 0, atOnce: 0))
        let failing: Int

        init(failing: Int) { self.failing = failing }

        var made: Int { state.withLock(\.made) }
        var atOnce: Int { state.withLock(\.atOnce) }

        func make() async -> Bool {
            let number = state.withLock { state in
                state = (state.made + 1, state.underWay + 1, max(state.atOnce, state.underWay + 1))
                return state.made
            }
            try? await Task.sleep(for: .milliseconds(20))
            state.withLock { $0.underWay -= 1 }
            return number > failing
        }
    }

    @Test("fifty wait → one attempt at a time for all of them, and all are told together", arguments: [0, 3])
    func shared(failing: Int) async {
        let reachability = Reachability()
        let attempts = Attempts(failing: failing)
        let reports = Locked<[Bool]>([])
        let begun = ContinuousClock.now
        await withTaskGroup(of: Bool?.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    await reachability.wait { isBack in
                        reports.withLock { $0.append(isBack) }
                    } attempt: {
                        await attempts.make()
                    }
                }
            }
            for await wasDown in group { #expect(wasDown == (failing > 0)) }
        }
        let took = ContinuousClock.now - begun
        #expect(attempts.atOnce == 1)
        // Where nobody fails, one that came a moment later may have needed another.
        #expect(failing == 0 ? attempts.made <= 3 : attempts.made == failing + 1, "\(attempts.made)")
        #expect(reports.value == (failing > 0 ? [false, true] : []))
        #expect(took <= (Reachability.pause.upperBound + .milliseconds(120)) * failing + .seconds(1), "\(took)")
    }

    @Test("a task that is cancelled, and a client that is closed → the wait ends at once") func ends() async throws {
        let reachability = Reachability()
        @Sendable func wait(_ isAnswering: Bool) async -> Bool? {
            await reachability.wait(report: { _ in }, attempt: { isAnswering })
        }
        let task = Task { await wait(false) }
        try await Task.sleep(for: .milliseconds(50))
        task.cancel()
        #expect(await task.value == nil)
        let other = Task { await wait(false) }
        try await Task.sleep(for: .milliseconds(50))
        reachability.close()
        _ = await other.value
        #expect(await wait(true) == nil)
    }
}

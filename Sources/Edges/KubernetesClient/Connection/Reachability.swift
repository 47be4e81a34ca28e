import Synchronization
import Timing

/// Finds out when the API server answers again: asked once for every task that waits for it.
///
/// While a server is down an attempt is cheap, a connection that is refused. So the pause between two attempts does not
/// grow: a process knows that the server is back half a second later, however long it was away.
final class Reachability: Sendable {
    /// The pause between two attempts. Random, so that the processes of 500 nodes do not ask in step.
    static let pause: ClosedRange<Duration> = .milliseconds(200) ... .milliseconds(500)

    private struct State {
        var probing: Task<Void, Never>?
        var isClosed = false
    }

    private let state = Mutex(State())
    private let back = Signal<Bool>()

    /// Waits until the server answers.
    ///
    /// - Parameters:
    ///   - report: called for the first attempt that fails (false), and for the next one that is answered (true).
    ///   - attempt: asks the server once; whether it answered that it is ready.
    /// - Returns: whether it was down, that is whether at least one attempt failed; `nil` if the task was cancelled.
    func wait(
        report: @escaping @Sendable (Bool) -> Void, attempt: @escaping @Sendable () async -> Bool
    ) async -> Bool? {
        let stream = back.stream()
        let isClosed = state.withLock { state in
            if state.probing == nil, !state.isClosed { state.probing = Task { await self.probe(report, attempt) } }
            return state.isClosed
        }
        guard !isClosed else { return nil }
        for await wasDown in stream { return wasDown }
        return nil
    }

    func close() {
        let probing = state.withLock { state in
            state.isClosed = true
            return state.probing
        }
        probing?.cancel()
    }

    private func probe(_ report: @Sendable (Bool) -> Void, _ attempt: @Sendable () async -> Bool) async {
        var generator = SystemRandomNumberGenerator()
        var wasDown = false
        while !Task.isCancelled, await !attempt() {
            if !wasDown { report(false) }
            wasDown = true
            try? await Task.sleep(for: Duration.random(in: Reachability.pause, using: &generator))
        }
        if wasDown, !Task.isCancelled { report(true) }
        state.withLock { $0.probing = nil }
        back.send(wasDown)
    }
}

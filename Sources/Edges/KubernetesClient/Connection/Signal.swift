import Synchronization

/// Wakes every task that waits for something to happen.
package final class Signal<Value: Sendable>: Sendable {
    private struct State {
        var nextTicket: UInt64 = 0
        var waiting: [UInt64: AsyncStream<Value>.Continuation] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// Has the first value that is sent from now on, and ends after it, or when the task is cancelled.
    package func stream() -> AsyncStream<Value> {
        let (stream, continuation) = AsyncStream.makeStream(of: Value.self, bufferingPolicy: .bufferingOldest(1))
        let ticket = state.withLock { state in
            state.nextTicket += 1
            state.waiting[state.nextTicket] = continuation
            return state.nextTicket
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { _ = $0.waiting.removeValue(forKey: ticket) }
        }
        return stream
    }

    package func send(_ value: Value) {
        let waiting = state.withLock { state in
            defer { state.waiting = [:] }
            return state.waiting.values.map { $0 }
        }
        for continuation in waiting {
            continuation.yield(value)
            continuation.finish()
        }
    }
}

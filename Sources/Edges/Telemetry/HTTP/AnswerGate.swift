import Synchronization

/// Lets a bounded number of answers be made at a time, the others in the order in which they were asked for.
///
/// To make a document of many Services takes the processor for a while. A hundred that are asked for at once must not
/// take it from what announces, nor from the answer of `/healthz`.
final class AnswerGate: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(limit: Int) { state = Mutex(State(free: max(limit, 1))) }

    func pass<Answer: Sendable>(_ answer: () async -> Answer) async -> Answer {
        await enter()
        defer { leave() }
        return await answer()
    }

    private func enter() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.free > 0 else {
                    state.waiting.append(continuation)
                    return false
                }
                state.free -= 1
                return true
            }
            if isFree { continuation.resume() }
        }
    }

    private func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.waiting.isEmpty else {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}

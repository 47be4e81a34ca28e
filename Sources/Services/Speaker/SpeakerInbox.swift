import NodeDecisions
import Synchronization
import Timing

/// What waits for the speaker's control loop. From any thread; nothing here waits for the loop.
///
/// Changes of the cluster and of liveness gather while the loop works, so that what happens at once is decided at once.
final class SpeakerInbox: Sendable {
    private struct State {
        var update = PendingUpdate()
        /// How many changes `update` has become one of.
        var updates = 0
        var liveness: [LivenessChange] = []
    }

    let inputs: AsyncStream<SpeakerInput>
    private let continuation: AsyncStream<SpeakerInput>.Continuation
    private let state = Mutex(State())

    init() {
        // Unbounded: every element is a change that would be missed; they come no faster than the cluster changes.
        (inputs, continuation) = AsyncStream.makeStream(of: SpeakerInput.self)
    }

    /// - Returns: whether it will be taken; the loop has ended otherwise.
    @discardableResult func put(_ input: SpeakerInput) -> Bool {
        if case .enqueued = continuation.yield(input) { true } else { false }
    }

    /// Adds a change of the cluster.
    ///
    /// - Parameter moment: when it became known.
    func put(_ update: SpeakerUpdate, since moment: Instant) {
        let isFirst = state.withLock { state in
            state.updates += 1
            return state.update.add(update, since: moment)
        }
        if isFirst { put(.updated) }
    }

    func put(_ change: LivenessChange) {
        let isFirst = state.withLock { state in
            state.liveness.append(change)
            return state.liveness.count == 1
        }
        if isFirst { put(.livenessChanged) }
    }

    /// - Returns: what has changed, since when it is known, and in how many changes it came.
    func takeUpdate() -> (update: SpeakerUpdate, since: Instant, count: Int)? {
        state.withLock { state in
            defer { state.updates = 0 }
            return state.update.take().map { ($0.update, $0.since, state.updates) }
        }
    }

    func takeLiveness() -> [LivenessChange] {
        state.withLock { state in
            defer { state.liveness = [] }
            return state.liveness
        }
    }

    /// Takes no more.
    func finish() { continuation.finish() }
}

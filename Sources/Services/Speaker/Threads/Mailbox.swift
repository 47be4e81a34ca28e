import NetworkIO
import Synchronization
import SystemIO

/// What other threads want of an engine's thread, how they wake it, and what it lets them see at any time.
///
/// `Commands` is what waits to be taken; `Published`, what stays until it is written over; `Snapshot`, what questions are
/// answered with.
final class Mailbox<Commands: Sendable, Published: Sendable, Snapshot: Sendable>: Sendable {
    struct Contents {
        var commands: Commands
        var questions: [@Sendable (Snapshot) -> Void] = []
        var isStopped = false
    }

    private struct State {
        var contents: Contents
        var published: Published
        /// Set once the thread has ended: what questions are answered with from then on.
        var last: Snapshot?
    }

    private let state: Mutex<State>
    private let nothing: Commands
    let wakeUp: WakeUp

    /// - Parameter nothing: the commands when none waits.
    init(_ nothing: Commands, published: Published) throws(SystemError) {
        self.nothing = nothing
        state = Mutex(State(contents: Contents(commands: nothing), published: published))
        wakeUp = try WakeUp()
    }

    // MARK: From any thread

    /// Adds to what is wanted, and wakes the thread.
    func put<Result>(_ change: (inout Commands, inout Published) -> Result) -> Result {
        defer { wakeUp.signal() }
        return state.withLock { change(&$0.contents.commands, &$0.published) }
    }

    /// The state after all that was put before; what it was at the end, once the thread has ended.
    func ask() async -> Snapshot {
        await withCheckedContinuation { continuation in
            let last = state.withLock { state in
                if state.last == nil { state.contents.questions.append { continuation.resume(returning: $0) } }
                return state.last
            }
            if let last { continuation.resume(returning: last) } else { wakeUp.signal() }
        }
    }

    var published: Published { state.withLock { $0.published } }

    func stop() {
        state.withLock { $0.contents.isStopped = true }
        wakeUp.signal()
    }

    // MARK: From the engine's thread

    /// Takes everything out.
    func take() -> Contents {
        wakeUp.clear()
        return state.withLock { state in
            defer { state.contents = Contents(commands: nothing, isStopped: state.contents.isStopped) }
            return state.contents
        }
    }

    /// Writes on the published, in view of what waits to be taken.
    func publish<Result>(_ change: (Commands, inout Published) -> Result) -> Result {
        state.withLock { change($0.contents.commands, &$0.published) }
    }

    /// The thread has ended, in this state.
    func close(with last: Snapshot) {
        let questions = state.withLock { state in
            state.last = last
            defer { state.contents = Contents(commands: nothing, isStopped: true) }
            return state.contents.questions
        }
        for answer in questions { answer(last) }
    }
}

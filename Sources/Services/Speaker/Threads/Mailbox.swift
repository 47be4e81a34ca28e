import NetworkIO
import Synchronization
import SystemIO

/// What other threads want of an engine's thread, how they wake it, and what it lets them see at any time.
///
/// `Wishes` is what waits to be taken; `Board`, what stays until it is written over; `Snapshot`, what questions are
/// answered with.
final class Mailbox<Wishes: Sendable, Board: Sendable, Snapshot: Sendable>: Sendable {
    struct Contents {
        var wishes: Wishes
        var questions: [@Sendable (Snapshot) -> Void] = []
        var isStopped = false
    }

    private struct State {
        var contents: Contents
        var board: Board
        /// Set once the thread has ended: what questions are answered with from then on.
        var last: Snapshot?
    }

    private let state: Mutex<State>
    private let nothing: Wishes
    let wakeUp: WakeUp

    /// - Parameter nothing: the wishes when none waits.
    init(_ nothing: Wishes, board: Board) throws(SystemError) {
        self.nothing = nothing
        state = Mutex(State(contents: Contents(wishes: nothing), board: board))
        wakeUp = try WakeUp()
    }

    // MARK: From any thread

    /// Adds to what is wanted, and wakes the thread.
    func put<Result>(_ change: (inout Wishes, inout Board) -> Result) -> Result {
        defer { wakeUp.signal() }
        return state.withLock { change(&$0.contents.wishes, &$0.board) }
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

    var board: Board { state.withLock { $0.board } }

    func stop() {
        state.withLock { $0.contents.isStopped = true }
        wakeUp.signal()
    }

    // MARK: From the engine's thread

    /// Takes everything out.
    func take() -> Contents {
        wakeUp.clear()
        return state.withLock { state in
            defer { state.contents = Contents(wishes: nothing, isStopped: state.contents.isStopped) }
            return state.contents
        }
    }

    /// Writes on the board, in view of what waits to be taken.
    func publish<Result>(_ change: (Wishes, inout Board) -> Result) -> Result {
        state.withLock { change($0.contents.wishes, &$0.board) }
    }

    /// The thread has ended, in this state.
    func close(with last: Snapshot) {
        let questions = state.withLock { state in
            state.last = last
            defer { state.contents = Contents(wishes: nothing, isStopped: true) }
            return state.contents.questions
        }
        for answer in questions { answer(last) }
    }
}

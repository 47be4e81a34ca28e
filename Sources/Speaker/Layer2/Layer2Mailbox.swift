import NetworkIO
import Synchronization
import SystemIO

/// What other threads want of the engine's thread, and how they wake it.
final class Layer2Mailbox: Sendable {
    struct Contents {
        var changes: [Layer2Change] = []
        /// The newest; one that was not taken in time is of no use any more.
        var table: InterfaceTable?
        var requests: [@Sendable (Layer2Snapshot) -> Void] = []
        var isStopped = false
    }

    private struct State {
        var contents = Contents()
        /// Set once the thread has ended: what requests are answered with from then on.
        var last: Layer2Snapshot?
        var hasLeft = false
    }

    private let state = Mutex(State())
    let wakeUp: WakeUp

    init() throws(SystemError) { wakeUp = try WakeUp() }

    func put(_ changes: [Layer2Change]) {
        guard !changes.isEmpty else { return }
        state.withLock { $0.contents.changes += changes }
        wakeUp.signal()
    }

    func put(_ table: InterfaceTable) {
        state.withLock { $0.contents.table = table }
        wakeUp.signal()
    }

    func put(_ request: @escaping @Sendable (Layer2Snapshot) -> Void) {
        let last = state.withLock { state in
            if state.last == nil { state.contents.requests.append(request) }
            return state.last
        }
        if let last { request(last) } else { wakeUp.signal() }
    }

    var hasLeft: Bool { state.withLock { $0.hasLeft } }

    func noteLeft() { state.withLock { $0.hasLeft = true } }

    func stop() {
        state.withLock { $0.contents.isStopped = true }
        wakeUp.signal()
    }

    /// Takes everything out.
    func take() -> Contents {
        wakeUp.clear()
        return state.withLock { state in
            defer { state.contents = Contents(isStopped: state.contents.isStopped) }
            return state.contents
        }
    }

    /// The thread has ended, in this state.
    func close(with last: Layer2Snapshot) {
        let requests = state.withLock { state in
            state.last = last
            defer { state.contents = Contents(isStopped: true) }
            return state.contents.requests
        }
        for request in requests { request(last) }
    }
}

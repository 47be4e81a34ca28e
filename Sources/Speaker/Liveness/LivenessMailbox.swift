import NetworkIO
import Synchronization
import SystemIO

/// What other threads want of the engine's thread, and how they wake it.
final class LivenessMailbox: Sendable {
    struct Contents {
        /// The newest of each; what was replaced before it was taken is of no use any more.
        var interfaces: [InterfaceForLiveness]?
        var nodes: [String]?
        var requests: [@Sendable (LivenessSnapshot) -> Void] = []
        var isLeaving = false
        var isStopped = false
    }

    private struct State {
        var contents = Contents()
        /// As they were put last.
        var interfaces: [InterfaceForLiveness]?
        var isSettled = false
        /// Set once the thread has ended: what requests are answered with from then on.
        var last: LivenessSnapshot?
    }

    private let state = Mutex(State())
    let wakeUp: WakeUp

    init() throws(SystemError) { wakeUp = try WakeUp() }

    var isSettled: Bool { state.withLock { $0.isSettled } }

    func put(interfaces: [InterfaceForLiveness]) {
        let areNew = state.withLock { state in
            guard interfaces != state.interfaces else { return false }
            state.interfaces = interfaces
            state.contents.interfaces = interfaces
            // Whether they still have is the thread's to say, once it knows them.
            state.isSettled = false
            return true
        }
        if areNew { wakeUp.signal() }
    }

    func put(nodes: [String]) {
        state.withLock { $0.contents.nodes = nodes }
        wakeUp.signal()
    }

    func put(_ request: @escaping @Sendable (LivenessSnapshot) -> Void) {
        let last = state.withLock { state in
            if state.last == nil { state.contents.requests.append(request) }
            return state.last
        }
        if let last { request(last) } else { wakeUp.signal() }
    }

    func leave() {
        state.withLock { $0.contents.isLeaving = true }
        wakeUp.signal()
    }

    func stop() {
        state.withLock { state in
            state.contents.isLeaving = true
            state.contents.isStopped = true
        }
        wakeUp.signal()
    }

    /// Takes everything out.
    func take() -> Contents {
        wakeUp.clear()
        return state.withLock { state in
            defer {
                state.contents = Contents(isLeaving: state.contents.isLeaving, isStopped: state.contents.isStopped)
            }
            return state.contents
        }
    }

    /// Says whether all segments have settled; not while interfaces wait to be taken, of which that is not known.
    /// Returns whether that was news.
    func publish(isSettled: Bool) -> Bool {
        state.withLock { state in
            guard state.contents.interfaces == nil, state.isSettled != isSettled else { return false }
            state.isSettled = isSettled
            return true
        }
    }

    /// The thread has ended, in this state.
    func close(with last: LivenessSnapshot) {
        let requests = state.withLock { state in
            state.last = last
            defer { state.contents = Contents(isLeaving: true, isStopped: true) }
            return state.contents.requests
        }
        for request in requests { request(last) }
    }
}

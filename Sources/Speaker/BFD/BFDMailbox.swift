import NetworkIO
import Synchronization
import SystemIO

/// What other threads want of the engine's thread, and how they wake it.
final class BFDMailbox: Sendable {
    struct Contents {
        /// The newest; what was replaced before it was taken is of no use any more.
        var peers: [BFDPeerSettings]?
        var requests: [@Sendable (BFDSnapshot) -> Void] = []
        var isStopped = false
    }

    private struct State {
        var contents = Contents()
        /// Set once the thread has ended: what requests are answered with from then on.
        var last: BFDSnapshot?
    }

    private let state = Mutex(State())
    let wakeUp: WakeUp

    init() throws(SystemError) { wakeUp = try WakeUp() }

    func put(_ peers: [BFDPeerSettings]) {
        state.withLock { $0.contents.peers = peers }
        wakeUp.signal()
    }

    func put(_ request: @escaping @Sendable (BFDSnapshot) -> Void) {
        let last = state.withLock { state in
            if state.last == nil { state.contents.requests.append(request) }
            return state.last
        }
        if let last { request(last) } else { wakeUp.signal() }
    }

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
    func close(with last: BFDSnapshot) {
        let requests = state.withLock { state in
            state.last = last
            defer { state.contents = Contents(isStopped: true) }
            return state.contents.requests
        }
        for request in requests { request(last) }
    }
}

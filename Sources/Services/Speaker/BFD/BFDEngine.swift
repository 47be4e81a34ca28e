import BFD
import Logging
import NetworkIO
import NodeDecisions
import SystemIO

/// Holds the BFD sessions with BGP peers: the shell around ``BFDCore``.
///
/// One dedicated thread, at real-time priority where that is permitted, sends, receives and keeps the deadlines of all
/// sessions, so that a busy host does not look like a dead one. It is not the thread of the segments' liveness: neither
/// waits for the other (``EngineThread``).
package final class BFDEngine: Sendable {
    /// As for the segments' liveness.
    package static let realtimePriority: Int32 = 25

    private let thread: BFDLoop.Thread
    /// Each change of a session, in order. To be iterated once.
    package let changes: AsyncStream<BFDChange>

    /// Starts the thread; no socket is open before ``apply(_:)``.
    ///
    /// - Parameter realtimePriority: of SCHED_FIFO; `nil` leaves the thread an ordinary one.
    package init(realtimePriority: Int32? = BFDEngine.realtimePriority, logger: Logger) throws {
        // Unbounded: what is lost here would be a session that goes on over a dead path.
        let (changes, change) = AsyncStream.makeStream(of: BFDChange.self)
        self.changes = changes
        thread = try BFDLoop.Thread(
            "bfd", try BFDLoop.Mail(nil, published: ()), realtimePriority: realtimePriority, logger: logger,
            first: BFDSnapshot(),
            loop: { surroundings, last throws(SystemError) in
                try BFDLoop.run(surroundings, tell: { change.yield($0) }, &last)
            },
            onEnd: { change.finish() })
    }

    deinit { stop() }

    package var heartbeat: Heartbeat { thread.heartbeat }

    /// The peers to hold sessions with: all of them, each time. Returns at once. One that is left out gets AdminDown.
    package func apply(_ peers: [BFDPeerSettings]) { thread.mailbox.put { commands, _ in commands = peers } }

    /// The state after everything applied before; what it was at the end, once the engine is stopped.
    package func snapshot() async -> BFDSnapshot { await thread.mailbox.ask() }

    /// Tells all peers AdminDown, and ends. Returns at once; the thread takes up to one detection time.
    package func leave() { thread.mailbox.stop() }

    /// Tells all peers AdminDown, unless ``leave()`` did, and returns when they know, or after a detection time.
    package func stop() { thread.stop() }

    /// Logs what happens until ``stop()``, or until the task is cancelled. To be called once.
    package func run() async { await thread.run() }
}

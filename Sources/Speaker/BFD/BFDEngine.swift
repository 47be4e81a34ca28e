import BFD
import Logging
import NetworkIO
import SystemIO

/// Holds the BFD sessions with BGP peers: the shell around ``BFDCore``.
///
/// One dedicated thread, at real-time priority where that is permitted, sends, receives and keeps the deadlines of all
/// sessions, so that a busy host does not look like a dead one. It is not the thread of the segments' liveness: neither
/// waits for the other. It logs nothing and never waits; ``run()`` logs.
///
/// It works in the network namespace of the thread that makes it.
package final class BFDEngine: Sendable {
    /// As for the segments' liveness.
    package static let realtimePriority: Int32 = 25

    private let mailbox: BFDLoop.Mail
    private let thread: DedicatedThread
    package let heartbeat: Heartbeat
    private let events: AsyncStream<BFDEvent>
    /// Each change of a session, in order. To be iterated once.
    package let changes: AsyncStream<BFDChange>
    private let logger: Logger

    /// Starts the thread; no socket is open before ``apply(_:)``.
    ///
    /// - Parameter realtimePriority: of SCHED_FIFO; `nil` leaves the thread an ordinary one.
    package init(realtimePriority: Int32? = BFDEngine.realtimePriority, logger: Logger) throws {
        self.logger = logger
        let mailbox = try BFDLoop.Mail(nil, board: ())
        self.mailbox = mailbox
        let heartbeat = Heartbeat("bfd")
        self.heartbeat = heartbeat
        // More than that many at once say nothing more to a person.
        let (events, event) = AsyncStream.makeStream(of: BFDEvent.self, bufferingPolicy: .bufferingOldest(1024))
        self.events = events
        // Unbounded: what is lost here would be a session that goes on over a dead path.
        let (changes, change) = AsyncStream.makeStream(of: BFDChange.self)
        self.changes = changes
        thread = try DedicatedThread(name: "bfd") {
            BFDLoop.run(
                mailbox, heartbeat, realtimePriority: realtimePriority, tell: { change.yield($0) },
                log: { event.yield($0) })
            heartbeat.end()
            event.finish()
            change.finish()
        }
    }

    deinit { stop() }

    /// The peers to hold sessions with: all of them, each time. Returns at once. One that is left out gets AdminDown.
    package func apply(_ peers: [BFDPeerSettings]) { mailbox.put { wishes, _ in wishes = peers } }

    /// The state after everything applied before; what it was at the end, once the engine is stopped.
    package func snapshot() async -> BFDSnapshot { await mailbox.ask() }

    /// Tells all peers AdminDown, and ends. Returns at once; the thread takes up to one detection time.
    package func leave() { mailbox.stop() }

    /// Tells all peers AdminDown, unless ``leave()`` did, and returns when they know, or after a detection time.
    package func stop() {
        mailbox.stop()
        thread.join()
    }

    /// Logs what happens until ``stop()``, or until the task is cancelled. To be called once.
    package func run() async {
        for await event in events { event.log(to: logger) }
    }
}

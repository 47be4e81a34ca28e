import BFD
import Logging
import NetworkIO
import SystemIO

/// Tells the other nodes on each segment that this one is alive, and learns which of them are: the shell around
/// ``LivenessCore``, by multipoint BFD (RFC 8562).
///
/// One dedicated thread, at real-time priority where that is permitted, sends, receives and keeps the deadlines, so that
/// a busy host does not look like a dead one. It logs nothing and never waits; ``run()`` logs.
///
/// It works in the network namespace of the thread that makes it.
package final class LivenessEngine: Sendable {
    private let mailbox: LivenessLoop.Mail
    private let thread: DedicatedThread
    package let heartbeat: Heartbeat
    private let events: AsyncStream<LivenessEvent>
    private let logger: Logger

    /// Starts the thread; nothing is sent before ``apply(interfaces:)``, and no node is reachable before ``apply(nodes:)``.
    ///
    /// - Parameters:
    ///   - node: this node's name.
    ///   - watched: of the loop without which this node is of no use to a segment: while it does not turn, the others are
    ///     notified that this node has left.
    ///   - onChange: called on the engine's thread for each change, in order; it must not wait. It is called once more
    ///     for every node that is up when an interface is no longer watched.
    ///   - onSettled: called on the engine's thread when ``hasSettled`` becomes true, with the changes that led there
    ///     reported before. It becomes false when an interface is added, but that is for the caller of
    ///     ``apply(interfaces:)`` to know.
    package init(
        node: String, settings: LivenessSettings = LivenessSettings(), watching watched: Heartbeat? = nil,
        logger: Logger,
        onChange: @escaping @Sendable (LivenessChange) -> Void, onSettled: @escaping @Sendable () -> Void = {}
    ) throws {
        self.logger = logger
        let mailbox = try LivenessLoop.Mail(LivenessLoop.Wishes(), board: LivenessLoop.Board())
        self.mailbox = mailbox
        let heartbeat = Heartbeat("liveness")
        self.heartbeat = heartbeat
        // More than that many at once say nothing more to a person.
        let (events, continuation) = AsyncStream.makeStream(
            of: LivenessEvent.self, bufferingPolicy: .bufferingOldest(1024))
        self.events = events
        thread = try DedicatedThread(name: "liveness") {
            LivenessLoop.run(
                mailbox, node: node, settings, heartbeat, watched, tell: onChange,
                tellSettled: { if $0 { onSettled() } },
                log: { continuation.yield($0) })
            heartbeat.end()
            continuation.finish()
        }
    }

    deinit { stop() }

    /// The interfaces whose segments are watched: all of them, each time. Returns at once. One that is left out is left:
    /// the others are notified.
    package func apply(interfaces: [InterfaceForLiveness]) {
        mailbox.put { wishes, board in
            guard interfaces != board.interfaces else { return }
            wishes.interfaces = interfaces
            board.interfaces = interfaces
            // Whether they still have is the thread's to say, once it knows them.
            board.isSettled = false
        }
    }

    /// The names of all nodes, the same list on every node; others are ignored and counted. Returns at once.
    package func apply(nodes: [String]) { mailbox.put { wishes, _ in wishes.nodes = nodes } }

    /// Whether every segment was listened to for a whole detection time: every node has been found. Before that,
    /// a missing node means nothing.
    package var hasSettled: Bool { mailbox.board.isSettled }

    /// The state after everything applied before; what it was at the end, once the engine is stopped.
    package func snapshot() async -> LivenessSnapshot { await mailbox.ask() }

    /// Tells the others that this node leaves (AdminDown, for one detection time), and goes on listening. Returns at
    /// once; there is no way back.
    package func leave() { mailbox.put { wishes, _ in wishes.isLeaving = true } }

    /// Leaves, if ``leave()`` was not called before, and ends the thread. Returns when the farewell is over: within one
    /// detection time.
    package func stop() {
        mailbox.stop()
        thread.join()
    }

    /// Logs what happens until ``stop()``, or until the task is cancelled. To be called once.
    package func run() async {
        for await event in events { event.log(to: logger) }
    }
}

import Addresses
import LinkLayer
import Logging
import NetworkIO
import Synchronization
import SystemIO
import Timing

/// Answers for this node's addresses on its segments, and announces them: the shell around ``Layer2Core``.
///
/// One dedicated thread, at real-time priority where that is permitted, waits for frames, deadlines and commands, so that
/// a busy host does not look dead. It logs nothing and makes no calls: a reader of standard error must not make
/// an answer late. ``run()`` logs.
///
/// It works in the network namespace of the thread that makes it.
package final class Layer2Engine: Sendable {
    private let mailbox: Layer2Loop.Mail
    private let thread: DedicatedThread
    package let heartbeat: Heartbeat
    private let events: AsyncStream<Layer2Event>
    private let logger: Logger

    /// Starts the thread; the interfaces come from `links`, which has to be of the same network namespace.
    ///
    /// Whether packet sockets are permitted shows when the first address is announced: see
    /// ``Layer2Snapshot/InterfaceState/failed(_:)``.
    ///
    /// - Parameter onReport: called on the engine's thread with what the wire has shown, in order; it must not wait.
    package init(
        links: LinkMonitor, settings: Layer2Settings = Layer2Settings(), logger: Logger,
        onReport: @escaping @Sendable ([Layer2Report]) -> Void = { _ in }
    ) throws {
        self.logger = logger
        let mailbox = try Layer2Loop.Mail(Layer2Loop.Wishes(), board: Layer2Loop.Board())
        self.mailbox = mailbox
        let heartbeat = Heartbeat("layer2")
        self.heartbeat = heartbeat
        // More than that many at once say nothing more to a person.
        let (events, continuation) = AsyncStream.makeStream(
            of: Layer2Event.self, bufferingPolicy: .bufferingOldest(1024))
        self.events = events
        thread = try DedicatedThread(name: "layer2") {
            Layer2Loop.run(mailbox, settings, heartbeat, tell: { continuation.yield($0) }, report: onReport)
            heartbeat.end()
            continuation.finish()
        }
        links.observe { [weak mailbox] table, _ in mailbox?.put { wishes, _ in wishes.table = table } }
    }

    deinit { stop() }

    /// Takes changes, in the order given; returns at once.
    package func apply(_ changes: [Layer2Change]) {
        guard !changes.isEmpty else { return }
        mailbox.put { wishes, _ in wishes.changes += changes }
    }

    /// The state after all changes applied before; what it was at the end, once the engine is stopped.
    package func snapshot() async -> Layer2Snapshot { await mailbox.ask() }

    /// Whether, after ``Layer2Change/leave``, there is nothing left to answer for.
    package var hasLeft: Bool { mailbox.board.hasLeft }

    /// Logs what happens until ``stop()``, or until the task is cancelled. To be called once.
    package func run() async {
        for await event in events { event.log(to: logger) }
    }

    /// Ends answering and announcing, and closes everything. Returns when no frame will be sent any more; at once if the
    /// thread has frozen.
    package func stop() {
        mailbox.stop()
        if heartbeat.turns == nil || heartbeat.isAlive { thread.join() }
    }
}

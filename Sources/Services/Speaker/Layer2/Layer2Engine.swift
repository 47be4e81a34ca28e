import Addresses
import LinkLayer
import Logging
import NetworkIO
import NodeDecisions
import SystemIO
import Timing

/// Answers for this node's addresses on its segments, and announces them: the shell around ``Layer2Core``.
///
/// One dedicated thread, at real-time priority where that is permitted, waits for frames, deadlines and commands, so that
/// a busy host does not look like a dead one (``EngineThread``).
package final class Layer2Engine: Sendable {
    private let thread: Layer2Loop.Thread

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
        let mailbox = try Layer2Loop.Mail(Layer2Loop.Commands(), published: Layer2Loop.Published())
        thread = try Layer2Loop.Thread(
            "layer2", mailbox, logger: logger, first: Layer2Snapshot(),
            loop: { surroundings, last throws(SystemError) in
                try Layer2Loop.run(surroundings, settings, report: onReport, &last)
            })
        links.observe { [weak mailbox] table, _ in mailbox?.put { commands, _ in commands.table = table } }
    }

    deinit { stop() }

    package var heartbeat: Heartbeat { thread.heartbeat }

    /// Takes changes, in the order given; returns at once.
    package func apply(_ changes: [Layer2Change]) {
        guard !changes.isEmpty else { return }
        thread.mailbox.put { commands, _ in commands.changes += changes }
    }

    /// The state after all changes applied before; what it was at the end, once the engine is stopped.
    package func snapshot() async -> Layer2Snapshot { await thread.mailbox.ask() }

    /// Whether, after ``Layer2Change/leave``, there is nothing left to answer for.
    package var hasLeft: Bool { thread.mailbox.published.hasLeft }

    /// Logs what happens until ``stop()``, or until the task is cancelled. To be called once.
    package func run() async {
        await thread.run()
    }

    /// Ends answering and announcing, and closes everything. Returns when no frame will be sent any more; at once if the
    /// thread has frozen.
    package func stop() {
        if thread.canEnd { thread.stop() } else { thread.mailbox.stop() }
    }
}

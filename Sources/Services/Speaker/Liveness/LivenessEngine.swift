import BFD
import Interfaces
import Logging
import NetworkIO
import NodeDecisions
import SystemIO

/// Tells the other nodes on each segment that this one is alive, and learns which of them are: the shell around
/// ``LivenessCore``, by multipoint BFD (RFC 8562).
///
/// One dedicated thread, at real-time priority where that is permitted, sends, receives and keeps the deadlines, so that
/// a busy host does not look like a dead one (``EngineThread``).
package final class LivenessEngine: Sendable {
    private let thread: LivenessLoop.Thread

    /// Starts the thread; nothing is sent before ``apply(interfaces:)``, and no node is reachable before ``apply(nodes:)``.
    ///
    /// - Parameters:
    ///   - node: this node's name.
    ///   - watched: of the loop without which this node is of no use to a segment: while it does not turn, the others are
    ///     notified that this node has left.
    ///   - onChange: called on the engine's thread for each change, in order; it must not wait. It is called once more
    ///     for every node that is up when an interface is no longer watched.
    ///   - onListened: called on the engine's thread when other segments than before were listened to for a whole detection
    ///     time, after the changes that were heard by then: who is there is known. Before that, a missing node means nothing.
    package init(
        node: String, settings: LivenessSettings = LivenessSettings(), watching watched: Heartbeat? = nil,
        logger: Logger,
        onChange: @escaping @Sendable (LivenessChange) -> Void,
        onListened: @escaping @Sendable (ListenedSegments) -> Void = { _ in }
    ) throws {
        let mailbox = try LivenessLoop.Mail(LivenessLoop.Commands(), published: LivenessLoop.Published())
        thread = try LivenessLoop.Thread(
            "liveness", mailbox, realtimePriority: settings.realtimePriority, logger: logger,
            first: LivenessSnapshot(),
            loop: { surroundings, last throws(SystemError) in
                try LivenessLoop.run(
                    surroundings, node: node, settings, watched, tell: onChange,
                    tellListened: onListened, &last)
            })
    }

    deinit { stop() }

    package var heartbeat: Heartbeat { thread.heartbeat }

    /// The interfaces whose segments are watched: all of them, each time. Returns at once. One that is left out is left:
    /// the others are notified.
    ///
    /// - Returns: the number of this list; that of the last one if they are the same.
    @discardableResult package func apply(interfaces: [InterfaceForLiveness]) -> UInt64 {
        thread.mailbox.put { commands, published in
            if interfaces != published.interfaces {
                published.interfaces = interfaces
                published.list += 1
                commands.interfaces = (published.list, interfaces)
            }
            return published.list
        }
    }

    /// The names of all nodes, the same list on every node; others are ignored and counted. Returns at once.
    package func apply(nodes: [String]) { thread.mailbox.put { commands, _ in commands.nodes = nodes } }

    /// The state after everything applied before; what it was at the end, once the engine is stopped.
    package func snapshot() async -> LivenessSnapshot { await thread.mailbox.ask() }

    /// Tells the others that this node leaves (AdminDown, for one detection time), and goes on listening. Returns at
    /// once; there is no way back.
    package func leave() { thread.mailbox.put { commands, _ in commands.isLeaving = true } }

    /// Leaves, if ``leave()`` was not called before, and ends the thread. Returns when the farewell is over: within one
    /// detection time.
    package func stop() { thread.stop() }

    /// Logs what happens until ``stop()``, or until the task is cancelled. To be called once.
    package func run() async { await thread.run() }
}

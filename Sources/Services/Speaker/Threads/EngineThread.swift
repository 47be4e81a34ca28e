import Logging
import NetworkIO
import SystemIO

/// What a thread of an engine says, for the log.
protocol EngineEvent: Sendable {
    /// The thread has no real-time priority, for this reason.
    static func notRealtime(_ reason: String) -> Self
    /// The thread has ended before its time, for this reason.
    static func stopped(_ reason: String) -> Self

    func log(to logger: Logger)
}

/// The thread of an engine, with the mailbox into it and its heartbeat.
///
/// The thread logs nothing and waits for nobody, so that who watches standard error cannot make an answer late; ``run()``
/// logs. It works in the network namespace of the thread that makes it.
final class EngineThread<Commands: Sendable, Published: Sendable, Snapshot: Sendable, Event: EngineEvent>: Sendable {
    typealias Mail = Mailbox<Commands, Published, Snapshot>

    /// What runs on the thread is given.
    struct Surroundings: Sendable {
        let mailbox: Mail
        let heartbeat: Heartbeat
        let log: @Sendable (Event) -> Void
    }

    let mailbox: Mail
    let heartbeat: Heartbeat
    private let thread: DedicatedThread
    private let events: AsyncStream<Event>
    private let logger: Logger

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - name: of the thread and its heartbeat.
    ///   - mailbox: into the thread.
    ///   - realtimePriority: of SCHED_FIFO; `nil` leaves the thread an ordinary one.
    ///   - first: what questions are answered with if the loop cannot begin.
    ///   - loop: runs until the mailbox says stop, and leaves the state at its end.
    ///   - onEnd: called on the thread after everything else.
    init(
        _ name: String, _ mailbox: Mail, realtimePriority: Int32? = nil, logger: Logger, first: Snapshot,
        loop: @escaping @Sendable (Surroundings, inout Snapshot) throws(SystemError) -> Void,
        onEnd: @escaping @Sendable () -> Void = {}
    ) throws(SystemError) {
        self.mailbox = mailbox
        self.logger = logger
        let heartbeat = Heartbeat(name)
        self.heartbeat = heartbeat
        // More than that many at once say nothing more to a person.
        let (events, continuation) = AsyncStream.makeStream(of: Event.self, bufferingPolicy: .bufferingOldest(1024))
        self.events = events
        thread = try DedicatedThread(name: name) {
            if let realtimePriority {
                do { try DedicatedThread.becomeRealtime(priority: realtimePriority) } catch {
                    continuation.yield(.notRealtime("\(error)"))
                }
            }
            var last = first
            do throws(SystemError) {
                try loop(
                    Surroundings(mailbox: mailbox, heartbeat: heartbeat, log: { continuation.yield($0) }), &last)
            } catch {
                continuation.yield(.stopped("\(error)"))
            }
            mailbox.close(with: last)
            heartbeat.end()
            continuation.finish()
            onEnd()
        }
    }

    /// Whether the thread may end when it is told to: it turns, or has ended already.
    var canEnd: Bool { heartbeat.turns == nil || heartbeat.isAlive }

    /// Ends the loop, and returns when it has ended.
    func stop() {
        mailbox.stop()
        thread.join()
    }

    /// Logs what happens until ``stop()``, or until the task is cancelled. To be called once.
    func run() async {
        for await event in events { event.log(to: logger) }
    }
}

import Interfaces
import Synchronization
import SystemIO

/// Follows the interfaces and addresses of a network namespace, without polling: the kernel says when something changed.
///
/// It has a thread of its own, which reads everything afresh after a change and tells the observers what is different.
/// Many changes at once are reported as one. It belongs to the namespace of the thread that makes it.
package final class LinkMonitor: Sendable {
    /// Called on the monitor's thread, one call at a time: first with the table as it is and no changes, then with each
    /// new table.
    package typealias Observer = @Sendable (InterfaceTable, [InterfaceChange]) -> Void

    private struct State {
        var table: InterfaceTable
        var newObservers: [Observer] = []
        var isStopped = false
    }

    /// What the thread works with; not the monitor itself, which would then never go away.
    private final class Shared: Sendable {
        let state: Mutex<State>
        let wakeUp: WakeUp

        init(table: InterfaceTable) throws(SystemError) {
            state = Mutex(State(table: table))
            wakeUp = try WakeUp()
        }
    }

    private let shared: Shared
    private let thread: DedicatedThread
    package let heartbeat = Heartbeat("links")

    /// Reads the table and begins to follow it.
    ///
    /// - Throws: ``NetlinkError``, ``SystemError``.
    package init() throws {
        let links = try NetlinkLinks()
        // Any change from here on is noticed: the socket listens already.
        let shared = try Shared(table: try links.readTable())
        self.shared = shared
        thread = try DedicatedThread(name: "links") { [heartbeat] in
            LinkMonitor.run(links, shared, heartbeat)
            heartbeat.end()
        }
    }

    deinit { stop() }

    /// As it was read last.
    package var table: InterfaceTable { shared.state.withLock { $0.table } }

    package func observe(_ observer: @escaping Observer) {
        shared.state.withLock { $0.newObservers.append(observer) }
        shared.wakeUp.signal()
    }

    /// Each new table, beginning with the present one. Who is slow gets only the newest: a table is a state, not an
    /// event.
    package func tables() -> AsyncStream<InterfaceTable> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            observe { table, _ in continuation.yield(table) }
        }
    }

    /// Ends the thread. Observers are called no more once this has returned, except when it is one of them that calls it.
    package func stop() {
        shared.state.withLock { $0.isStopped = true }
        shared.wakeUp.signal()
        thread.join()
    }

    private static func run(_ links: NetlinkLinks, _ shared: Shared, _ heartbeat: Heartbeat) {
        var poll = PollSet([shared.wakeUp.rawValue, links.descriptor])
        var observers: [Observer] = []
        var mustRead = false
        while true {
            heartbeat.beat()
            let (table, newObservers, isStopped) = shared.state.withLock { state in
                defer { state.newObservers = [] }
                return (state.table, state.newObservers, state.isStopped)
            }
            if isStopped { return }
            for observer in newObservers { observer(table, []) }
            observers += newObservers
            if mustRead, let new = try? links.readTable() {
                mustRead = false
                let changes = new.changes(since: table)
                // Some of what an interface is has no change of its own.
                if new != table {
                    shared.state.withLock { $0.table = new }
                    for observer in observers { observer(new, changes) }
                }
                continue
            }
            do {
                // A table that could not be read is tried again soon.
                try poll.wait(for: mustRead ? .milliseconds(100) : Heartbeat.slowInterval)
            } catch {
                // Nothing is known to cause this; a loop that spins would be worse than one that is late.
                mustRead = true
                continue
            }
            if poll.isReady(0) { shared.wakeUp.clear() }
            if poll.isReady(1), links.drainNotices() { mustRead = true }
        }
    }
}

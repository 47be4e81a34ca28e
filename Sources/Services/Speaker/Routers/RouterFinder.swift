import Addresses
import LinkLayer
import Logging
import NetworkIO
import NodeDecisions
import Synchronization
import SystemIO
import Telemetry
import Timing

/// Finds the routers on interfaces that have unnumbered peers: the shell around ``RouterDiscovery``, on a thread of its
/// own, which sleeps while there is nothing to find.
///
/// It works in the network namespace of the thread that makes it.
package final class RouterFinder: Sendable {
    private struct State {
        /// By index, the names.
        var wanted: [Int32: String] = [:]
        /// Whether ``wanted`` was given again.
        var isNew = false
        /// What became of sessions, by the interfaces' names.
        var outcomes: [(interface: String, event: RouterDiscovery.Event)] = []
        var isStopped = false
    }

    /// What the thread works with; not the finder itself, which would then never go away.
    private final class Shared: Sendable {
        let state = Mutex(State())
        let wakeUp: WakeUp

        init() throws(SystemError) { wakeUp = try WakeUp() }
    }

    private let shared: Shared
    private let thread: DedicatedThread
    package let heartbeat: Heartbeat

    /// - Parameter onChange: called on the finder's thread for each change, in order; it must not wait.
    package init(logger: Logger, onChange: @escaping @Sendable (RouterChange) -> Void) throws {
        let shared = try Shared()
        self.shared = shared
        let heartbeat = Heartbeat("routers")
        self.heartbeat = heartbeat
        thread = try DedicatedThread(name: "routers") {
            do throws(SystemError) {
                try RouterFinder.run(shared, heartbeat, logger, onChange)
            } catch {
                logger.critical("router discovery: \(error); unnumbered peers can no longer be found")
            }
            heartbeat.end()
        }
    }

    deinit { stop() }

    /// The interfaces, by index, to find routers on: all of them, each time. Returns at once. Routers that are known there
    /// are reported again, since the caller may have dropped them in the meantime.
    package func apply(_ interfaces: [Int32: String]) {
        shared.state.withLock { state in
            state.wanted = interfaces
            state.isNew = true
        }
        shared.wakeUp.signal()
    }

    /// Whether there are interfaces to look at.
    var isLooking: Bool { shared.state.withLock { !$0.wanted.isEmpty } }

    /// Says what became of the session with a router; returns at once.
    package func note(_ event: RouterDiscovery.Event, on interface: String) {
        shared.state.withLock { $0.outcomes.append((interface, event)) }
        shared.wakeUp.signal()
    }

    package func stop() {
        shared.state.withLock { $0.isStopped = true }
        shared.wakeUp.signal()
        thread.join()
    }

    /// One interface that is looked at.
    private struct Watched {
        let name: String
        var discovery: RouterDiscovery
        var socket: RouterSocket?
        /// When to try again to open the socket.
        var retryAt: Instant
        var lastProblem: String?
        /// Reported last.
        var others: Set<IPv6Address> = []
    }

    private static let retryTime = Duration.seconds(1)

    private static func run(
        _ shared: Shared, _ heartbeat: Heartbeat, _ logger: Logger, _ tell: @Sendable (RouterChange) -> Void
    ) throws(SystemError) {
        var watched: [Int32: Watched] = [:]
        var timer = try DeadlineTimer()
        var poll = PollSet()
        var buffer = [UInt8](repeating: 0, count: 1500)
        var generator = SystemRandomNumberGenerator()
        while true {
            heartbeat.beat()
            let state = shared.state.withLock { state in
                defer {
                    state.isNew = false
                    state.outcomes = []
                }
                return state
            }
            if state.isStopped { return }
            let wanted = state.wanted
            for (index, item) in watched where wanted[index] != item.name {
                watched[index] = nil
                if item.discovery.router != nil { tell(RouterChange(interface: item.name, router: nil)) }
            }
            for item in watched.values where state.isNew {
                if let router = item.discovery.router {
                    tell(RouterChange(interface: item.name, router: router, others: item.others))
                }
            }
            let now = UptimeClock.now
            for (index, name) in wanted where watched[index] == nil {
                watched[index] = Watched(name: name, discovery: RouterDiscovery(at: now), retryAt: now)
            }
            for index in watched.keys.sorted() {
                guard var item = watched[index] else { continue }
                let outcomes = state.outcomes.filter { $0.interface == item.name }.map(\.event)
                turn(&item, index, outcomes, &buffer, &generator, logger, tell)
                watched[index] = item
            }
            let order = watched.keys.sorted().filter { watched[$0]?.socket != nil }
            poll.replace(
                with: [shared.wakeUp.rawValue, timer.rawValue] + order.compactMap { watched[$0]?.socket?.descriptor })
            timer.arm(
                at: watched.values.compactMap { $0.socket == nil ? $0.retryAt : $0.discovery.nextDeadline }.min())
            try poll.wait(for: Heartbeat.slowInterval)
            if poll.isReady(0) { shared.wakeUp.clear() }
            if poll.isReady(1) { timer.clear() }
        }
    }

    /// Reads what waits, and does what is due, on one interface.
    private static func turn(
        _ item: inout Watched, _ index: Int32, _ outcomes: [RouterDiscovery.Event], _ buffer: inout [UInt8],
        _ generator: inout SystemRandomNumberGenerator, _ logger: Logger, _ tell: @Sendable (RouterChange) -> Void
    ) {
        do throws(SystemError) {
            if item.socket == nil {
                guard item.retryAt <= UptimeClock.now else { return }
                item.socket = try RouterSocket(interface: index, groups: [RouterMessage.allRouters])
            }
            guard let socket = item.socket else { return }
            var events = outcomes
            for _ in 0..<64 {
                guard let packet = try socket.receive(into: &buffer) else { break }
                // Others on the link are not worth a word each time they are wrong; what is wrong is not used.
                guard
                    let message = try? RouterMessage(
                        decoding: buffer.span.extracting(0..<packet.count), from: packet.source,
                        hopLimit: packet.hopLimit), let source = packet.source.v6
                else { continue }
                events.append(.received(message, from: source))
            }
            events.append(.deadlineReached)
            for event in events {
                for action in item.discovery.handle(event, at: UptimeClock.now, using: &generator) {
                    switch action {
                    case .send(.solicitation):
                        send(.solicitation, to: RouterMessage.allRouters, socket, &item, logger)
                    case .send(let message): send(message, to: RouterMessage.allNodes, socket, &item, logger)
                    case .routerChanged(let router, let others):
                        item.others = others
                        tell(RouterChange(interface: item.name, router: router, others: others))
                    }
                }
            }
        } catch {
            item.socket = nil
            item.retryAt = UptimeClock.now.advanced(by: RouterFinder.retryTime)
            note("\(error)", &item, logger)
        }
    }

    private static func send(
        _ message: RouterMessage, to group: IPv6Address, _ socket: RouterSocket, _ item: inout Watched, _ logger: Logger
    ) {
        do throws(SystemError) {
            try socket.send(message.octets, to: group)
            item.lastProblem = nil
        } catch {
            // The link is down, or its address is not there yet; the next one is due soon.
            note("\(error)", &item, logger)
        }
    }

    /// Logs a problem once.
    private static func note(_ problem: String, _ item: inout Watched, _ logger: Logger) {
        guard item.lastProblem != problem else { return }
        item.lastProblem = problem
        logger.warning("router discovery: \(problem)", metadata: [LogKey.interface: "\(item.name)"])
    }
}

import Addresses
import BFD
import Interfaces
import NetworkIO
import NodeDecisions
import SystemIO
import Timing
import WireCodec

/// The engine's thread: waits, gives the core what happened, and does what it says. Everything in it belongs to that
/// thread.
///
/// What waits in the sockets is read before deadlines are looked at, so that a thread which was late does not take for
/// a loss what it had not read. Each turn reads a bounded number of datagrams from each socket, so that a flood on one
/// does not keep the others, or this node's own packets, waiting.
final class LivenessLoop {
    struct Commands: Sendable {
        /// The newest of each; what was replaced before it was taken is of no use any more.
        var interfaces: (list: UInt64, interfaces: [InterfaceForLiveness])?
        var nodes: [String]?
        var isLeaving = false
    }

    struct Published: Sendable {
        /// As they were put last.
        var interfaces: [InterfaceForLiveness]?
        /// The number of that list.
        var list: UInt64 = 0
    }

    typealias Thread = EngineThread<Commands, Published, LivenessSnapshot, LivenessEvent>
    typealias Mail = Thread.Mail

    private static let datagramsPerTurn = 64

    private let mailbox: Mail
    private let heartbeat: Heartbeat
    private let watched: Heartbeat?
    private var watch = HeartbeatWatch(interval: Heartbeat.interval)
    private let tell: @Sendable (LivenessChange) -> Void
    private let tellListened: @Sendable (ListenedSegments) -> Void
    /// Reported last.
    private var listened = ListenedSegments(list: 0, interfaces: [])
    /// The number of the list of interfaces that was taken last.
    private var list: UInt64 = 0
    private let log: @Sendable (LivenessEvent) -> Void
    private var core: LivenessCore
    private var sockets: [LivenessCore.Port: MulticastSocket] = [:]
    /// The sockets in the order of `poll`, after the two descriptors of our own.
    private var polled: [LivenessCore.Port] = []
    private var poll = PollSet()
    private var timer: DeadlineTimer
    private var generator = SystemRandomNumberGenerator()
    /// Longer than any packet of a speaker.
    private var buffer = [UInt8](repeating: 0, count: 512)
    private var writer = ByteWriter(reserving: 128)
    private var hasSaidFarewell = false
    private var isStopped = false

    private init(
        _ surroundings: Thread.Surroundings, node: String, _ settings: LivenessSettings, _ watched: Heartbeat?,
        tell: @escaping @Sendable (LivenessChange) -> Void, tellListened: @escaping @Sendable (ListenedSegments) -> Void
    ) throws(SystemError) {
        mailbox = surroundings.mailbox
        heartbeat = surroundings.heartbeat
        log = surroundings.log
        self.watched = watched
        self.tell = tell
        self.tellListened = tellListened
        core = LivenessCore(node: node, configuration: settings.segment)
        timer = try DeadlineTimer()
        updatePoll()
    }

    /// Runs until the mailbox says stop and the farewell is over.
    static func run(
        _ surroundings: Thread.Surroundings, node: String, _ settings: LivenessSettings, _ watched: Heartbeat?,
        tell: @escaping @Sendable (LivenessChange) -> Void,
        tellListened: @escaping @Sendable (ListenedSegments) -> Void,
        _ last: inout LivenessSnapshot
    ) throws(SystemError) {
        let loop = try LivenessLoop(
            surroundings, node: node, settings, watched, tell: tell, tellListened: tellListened)
        defer { last = loop.core.snapshot(at: UptimeClock.now) }
        try loop.turnUntilStopped()
    }

    private func turnUntilStopped() throws(SystemError) {
        var isMailWaiting = true
        while true {
            heartbeat.beat()
            if isMailWaiting { takeMail() }
            lookAtWatched()
            perform(core.handleDeadline(at: UptimeClock.now, using: &generator))
            // After the deadlines: the last of them may have been the last packet of the farewell.
            if isStopped, core.hasLeft { return }
            noteListened()

            let next = [core.nextDeadline, watched == nil ? nil : watch.nextLook].compactMap(\.self).min()
            timer.arm(at: next)
            try poll.wait(for: Heartbeat.slowInterval)
            isMailWaiting = poll.isReady(0)
            if poll.isReady(1) { timer.clear() }
            receive()
        }
    }

    private func takeMail() {
        let mail = mailbox.take()
        let now = UptimeClock.now
        if let nodes = mail.commands.nodes { perform(core.apply(nodes: nodes, at: now, using: &generator)) }
        if let (list, interfaces) = mail.commands.interfaces {
            self.list = list
            perform(core.apply(interfaces: interfaces, at: now, using: &generator))
        }
        if mail.commands.isLeaving || mail.isStopped, !hasSaidFarewell {
            hasSaidFarewell = true
            perform(core.leave(at: now, using: &generator))
        }
        isStopped = mail.isStopped
        if !mail.questions.isEmpty {
            // A snapshot shows what was asked for before it.
            let snapshot = core.snapshot(at: UptimeClock.now)
            for answer in mail.questions { answer(snapshot) }
        }
    }

    /// A node that does not answer must not appear up longer than a dead one.
    private func lookAtWatched() {
        let now = UptimeClock.now
        guard let watched, watch.look(watched.turns, at: now) else { return }
        log(watch.isFrozen ? .loopFrozen(watched.loop) : .loopTurnsAgain(watched.loop))
        perform(core.setSuspended(watch.isFrozen, at: now, using: &generator))
    }

    private func noteListened() {
        let current = ListenedSegments(list: list, interfaces: core.listened(at: UptimeClock.now))
        guard current != listened else { return }
        listened = current
        tellListened(current)
    }

    private func receive() {
        for (position, port) in polled.enumerated() where poll.isReady(position + 2) {
            // An earlier one of this round may have closed it.
            guard let socket = sockets[port] else { continue }
            do throws(SystemError) {
                for _ in 0..<LivenessLoop.datagramsPerTurn {
                    guard let arrival = try socket.receive(into: &buffer) else { break }
                    perform(
                        core.receive(
                            buffer.span.extracting(0..<arrival.count), through: port, from: arrival.source,
                            hopLimit: arrival.hopLimit, at: UptimeClock.now, using: &generator))
                }
            } catch {
                fail(port, error)
            }
        }
    }

    private func perform(_ actions: [LivenessCore.Action]) {
        for action in actions {
            switch action {
            case .open(let port): open(port)
            case .close(let port):
                if sockets.removeValue(forKey: port) != nil { updatePoll() }
            case .send(let packet, let port): send(packet, through: port)
            case .tell(let change): tell(change)
            case .log(let event): log(event)
            }
        }
    }

    private func open(_ port: LivenessCore.Port) {
        do throws(SystemError) {
            sockets[port] = try MulticastSocket(
                interface: port.index,
                options: MulticastSocket.Options(
                    group: Registry.multicastGroup(port.family), port: Registry.singleHopPort,
                    sourcePorts: Registry.sourcePorts, hopLimit: Registry.singleHopLimit))
            updatePoll()
            perform(core.opened(port, at: UptimeClock.now, using: &generator))
        } catch {
            fail(port, error)
        }
    }

    private func fail(_ port: LivenessCore.Port, _ error: SystemError) {
        perform(core.failed(port, message: "\(error)", at: UptimeClock.now, using: &generator))
    }

    private func send(_ packet: LivenessPacket, through port: LivenessCore.Port) {
        guard let socket = sockets[port] else { return }
        writer.removeAll()
        packet.encode(into: &writer)
        do throws(SystemError) {
            try socket.send(writer.bytes)
            core.sent(through: port)
        } catch {
            perform(core.sendFailed(through: port, message: "\(error)"))
        }
    }

    private func updatePoll() {
        polled = sockets.keys.sorted()
        poll.replace(with: [mailbox.wakeUp.rawValue, timer.rawValue] + polled.compactMap { sockets[$0]?.descriptor })
    }
}

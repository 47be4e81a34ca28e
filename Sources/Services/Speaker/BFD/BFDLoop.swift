import Addresses
import BFD
import Glibc
import NetworkIO
import NodeDecisions
import SystemIO
import Timing
import WireCodec

/// The engine's thread: waits, gives the core what happened, and does what it says. Everything in it belongs to that
/// thread.
///
/// What waits in the sockets is read before deadlines are looked at, so that a thread which was late does not take for
/// a loss what it had not read.
final class BFDLoop {
    /// The newest list of peers; what was replaced before it was taken is of no use any more.
    typealias Thread = EngineThread<[BFDPeerSettings]?, Void, BFDSnapshot, BFDEvent>
    typealias Mail = Thread.Mail

    /// So many from one socket before deadlines are looked at again: what 64 peers send in more than a second at 50 ms.
    private static let datagramsPerTurn = 2048

    private let mailbox: Mail
    private let heartbeat: Heartbeat
    private let tell: @Sendable (BFDChange) -> Void
    private let log: @Sendable (BFDEvent) -> Void
    private var core = BFDCore()
    private var receivers: [BFDReceiverKey: UDPReceiver] = [:]
    private var senders: [BFDCore.ID: UDPSender] = [:]
    /// The receivers in the order of `poll`, after the two descriptors of our own.
    private var polled: [BFDReceiverKey] = []
    private var poll = PollSet()
    private var timer: DeadlineTimer
    private var generator = SystemRandomNumberGenerator()
    /// Longer than any control packet: the Length field has one octet.
    private var buffer = [UInt8](repeating: 0, count: 512)
    private var writer = ByteWriter(reserving: 64)
    private var isStopped = false

    private init(
        _ surroundings: Thread.Surroundings, tell: @escaping @Sendable (BFDChange) -> Void
    ) throws(SystemError) {
        mailbox = surroundings.mailbox
        heartbeat = surroundings.heartbeat
        log = surroundings.log
        self.tell = tell
        timer = try DeadlineTimer()
        updatePoll()
    }

    /// Runs until the mailbox says stop and the farewells are over.
    static func run(
        _ surroundings: Thread.Surroundings, tell: @escaping @Sendable (BFDChange) -> Void, _ last: inout BFDSnapshot
    ) throws(SystemError) {
        let loop = try BFDLoop(surroundings, tell: tell)
        defer { last = loop.core.snapshot(at: UptimeClock.now) }
        try loop.turnUntilStopped()
    }

    private func turnUntilStopped() throws(SystemError) {
        var isMailWaiting = true
        while true {
            heartbeat.beat()
            if isMailWaiting { takeMail() }
            perform(core.handleDeadline(at: UptimeClock.now, using: &generator))
            if isStopped, core.hasLeft { return }
            timer.arm(at: core.nextDeadline)
            try poll.wait(for: Heartbeat.slowInterval)
            isMailWaiting = poll.isReady(0)
            if poll.isReady(1) { timer.clear() }
            receive()
        }
    }

    private func takeMail() {
        let mail = mailbox.take()
        if let peers = mail.commands { perform(core.apply(peers, at: UptimeClock.now, using: &generator)) }
        if mail.isStopped, !isStopped {
            isStopped = true
            perform(core.leave(at: UptimeClock.now, using: &generator))
        }
        guard !mail.questions.isEmpty else { return }
        // A snapshot shows what was asked for before it.
        let snapshot = core.snapshot(at: UptimeClock.now)
        for answer in mail.questions { answer(snapshot) }
    }

    private func receive() {
        for (position, place) in polled.enumerated() where poll.isReady(position + 2) {
            // An earlier one of this round may have closed it.
            guard let socket = receivers[place] else { continue }
            do throws(SystemError) {
                for _ in 0..<BFDLoop.datagramsPerTurn {
                    guard let datagram = try socket.receive(into: &buffer) else { break }
                    let arrival = BFDCore.Arrival(
                        source: datagram.source, destination: datagram.destination, interface: datagram.interface,
                        hopLimit: datagram.hopLimit)
                    perform(
                        core.receive(
                            buffer.span.extracting(0..<datagram.count), at: place, arrival, now: UptimeClock.now,
                            using: &generator))
                }
            } catch {
                fail(place, error)
            }
        }
    }

    private func perform(_ actions: [BFDCore.Action]) {
        for action in actions {
            switch action {
            case .listen(let place): listen(at: place)
            case .stopListening(let place): if receivers.removeValue(forKey: place) != nil { updatePoll() }
            case .openSender(let id, let route): openSender(id, route)
            case .closeSender(let id): senders[id] = nil
            case .send(let packet, let id): send(packet, id)
            case .tell(let change): tell(change)
            case .log(let event): log(event)
            }
        }
    }

    private func listen(at place: BFDReceiverKey) {
        do throws(SystemError) {
            receivers[place] = try UDPReceiver(family: place.family, port: place.port, device: place.device)
            updatePoll()
            perform(core.listening(at: place))
        } catch {
            fail(place, error)
        }
    }

    private func fail(_ place: BFDReceiverKey, _ error: SystemError) {
        perform(core.receiverFailed(place, message: "\(error)", at: UptimeClock.now, using: &generator))
    }

    private func openSender(_ id: BFDCore.ID, _ route: BFDRoute) {
        do throws(SystemError) {
            let sender = try UDPSender(route.senderOptions)
            senders[id] = sender
            perform(core.senderOpened(id, scope: sender.scope))
        } catch {
            perform(core.senderFailed(id, message: "\(error)", at: UptimeClock.now, using: &generator))
        }
    }

    private func send(_ packet: ControlPacket, _ id: BFDCore.ID) {
        guard let sender = senders[id] else { return }
        writer.removeAll()
        packet.encode(into: &writer)
        do throws(SystemError) {
            try sender.send(writer.bytes)
            core.sent(id)
        } catch {
            perform(
                core.sendFailed(
                    id, message: "\(error)", isDeviceGone: error.code == ENODEV, at: UptimeClock.now, using: &generator)
            )
        }
    }

    private func updatePoll() {
        polled = receivers.keys.sorted()
        poll.replace(with: [mailbox.wakeUp.rawValue, timer.rawValue] + polled.compactMap { receivers[$0]?.descriptor })
    }
}

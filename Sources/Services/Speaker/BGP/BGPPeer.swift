import Addresses
import BGP
import Interfaces
import Logging
import NIOCore
import NIOPosix
import NetworkIO
import NodeDecisions
import SystemIO
import Telemetry
import Timing

/// The shell around one ``BGP/Session``: it connects, reads, writes and sleeps as the session says, and decides nothing.
///
/// Each connection has a reader and a writer task. The reader waits until the session has dealt with what it read, so a
/// peer that floods us fills its own window only. The writer takes the session's messages first, then UPDATEs from the
/// shared table, and writes no more before the kernel has accepted what it wrote; a peer that does not read costs the
/// kernel's socket buffer and one batch.
actor BGPPeer {
    private enum Job {
        case connect(ConnectionID)
        case serve(ConnectionID, any Channel)
    }

    /// How many octets of UPDATEs are written at once.
    private static let batchSize = 64 * 1024
    /// Connections at once: one in each direction, and some that are being closed.
    private static let mostLinks = 8
    /// How long a connection may take to deliver its last message.
    private static let closingTime = TimeAmount.milliseconds(900)

    private(set) var settings: BGPPeerSettings
    private let routes: SharedRoutes
    private let eventLoop: any EventLoop
    private let logger: Logger
    private let onTransition: @Sendable (String, Session.Transition) -> Void

    private(set) var session: Session
    var generator = SystemRandomNumberGenerator()
    private var since: Timestamp
    private var links: [ConnectionID: BGPLink] = [:]
    /// The connection that routes are sent on.
    private var established: ConnectionID?
    private(set) var isStopped = false
    private var inboundCount = 0

    // Unbounded, but the session asks for a connection only when it has none of that direction.
    private let (jobs, addJob) = AsyncStream<Job>.makeStream()
    private let (deadlines, deadlineHasCome) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    private var scheduled: Scheduled<Void>?
    /// What BFD means for the session.
    var gate = BFDGate()

    init(
        _ settings: BGPPeerSettings, _ routes: SharedRoutes, eventLoop: any EventLoop, logger: Logger,
        onTransition: @escaping @Sendable (String, Session.Transition) -> Void
    ) {
        self.onTransition = onTransition
        self.settings = settings
        self.routes = routes
        self.eventLoop = eventLoop
        var logger = logger
        logger[metadataKey: "peer"] = "\(settings.name)"
        self.logger = logger
        session = Session(settings.session)
        since = Timestamp.now
    }

    /// Runs until ``stop(_:)``, and until the last message has left or a second has passed.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { for await _ in self.deadlines { await self.deadlineReached() } }
            if mayHoldSession { handle(.start) }
            for await job in jobs {
                switch job {
                case .connect(let id): group.addTask { await self.connect(id) }
                case .serve(let id, let channel): group.addTask { await self.serve(id, channel) }
                }
            }
            scheduled?.cancel()
            deadlineHasCome.finish()
        }
        if established != nil { routes.detach(settings.name) }
        established = nil
    }

    func stop(_ reason: Session.StopReason) {
        isStopped = true
        handle(.stop(reason))
        addJob.finish()
    }

    /// Takes over what changes in settings that need no new session (``BGPPeerSettings/needsNoNewSession(for:)``).
    func adopt(_ settings: BGPPeerSettings) {
        let time = settings.session.connectRetryTime
        guard time != self.settings.session.connectRetryTime else { return }
        self.settings.session.connectRetryTime = time
        handle(.connectRetryTimeChanged(time))
    }

    /// Takes a connection that the peer has made. Of more than the session can have use for, the newest are refused.
    func accept(_ channel: any Channel) {
        guard links.count < BGPPeer.mostLinks else {
            channel.close(promise: nil)
            return
        }
        inboundCount += 1
        let id = ConnectionID(direction: .inbound, number: inboundCount)
        links[id] = BGPLink()
        links[id]?.channel = channel
        guard case .enqueued = addJob.yield(.serve(id, channel)) else {
            links[id] = nil
            channel.close(promise: nil)
            return
        }
    }

    /// - Parameter obstacle: what keeps the session down, beside what the session knows.
    func status(description: String?, obstacle: String?) -> BGPPeerStatus {
        let down = settings.shutdown.map { "administratively down\($0.text.map { ": " + $0 } ?? "")" }
        return BGPPeerStatus(
            name: settings.name, address: settings.address, zone: settings.zone, state: session.state, since: since,
            prefixesSent: routes.prefixesSent(to: settings.name),
            lastError: down ?? obstacle ?? bfdObstacle ?? session.lastError
                ?? BGPPeerStatus.silence(
                    in: session.state, since: since, now: .now, hasPassword: settings.options.password != nil),
            statistics: session.statistics, negotiated: session.negotiated, description: description,
            bfd: gate.status)
    }
}

// MARK: - The session

extension BGPPeer {
    func handle(_ event: Session.Event) {
        for action in session.handle(event, at: UptimeClock.now, using: &generator) { perform(action) }
        armTimer()
    }

    private func deadlineReached() {
        bfdDeadlineReached()
        handle(.deadlineReached)
    }

    private func perform(_ action: Session.Action) {
        switch action {
        case .connect(let id):
            links[id] = BGPLink()
            addJob.yield(.connect(id))
        case .send(let bytes, let id):
            links[id]?.outbox += bytes
            links[id]?.wakeUp.yield()
        case .close(let id): close(id)
        case .stateChanged(let transition): log(transition)
        case .established(let negotiated): beginToSend(negotiated)
        case .ended:
            established = nil
            routes.detach(settings.name)
        case .sendAgain(let family, let isEnhanced): routes.sendAgain(settings.name, family, isEnhanced: isEnhanced)
        }
    }

    private func close(_ id: ConnectionID) {
        links[id]?.isClosing = true
        links[id]?.wakeUp.yield()
        guard let channel = links[id]?.channel else {
            // A router that does not answer must not keep us waiting.
            links[id]?.attempt.giveUp()
            return
        }
        // The peer may have stopped reading; the last message then never leaves.
        eventLoop.scheduleTask(in: BGPPeer.closingTime) { channel.close(promise: nil) }
    }

    private func beginToSend(_ negotiated: NegotiatedSession) {
        guard let link = links[negotiated.connection], let local = TCPEndpoint(link.channel?.localAddress) else {
            return
        }
        let hops = settings.nextHops(
            local: local, families: negotiated.families, extended: negotiated.extendedNextHop)
        for family in negotiated.families where hops[family] == nil {
            logger.warning(
                "no next hop for an address family; its routes are not sent", metadata: [LogKey.family: "\(family)"])
        }
        // RFC 4271 §4.4: with a hold time of zero neither side sends KEEPALIVE messages.
        if negotiated.holdTime == .zero, let channel = link.channel {
            TCPKeepalive.enable(on: channel).whenFailure { [logger] error in
                logger.warning("cannot enable TCP keepalives", metadata: [LogKey.error: "\(BGPPeer.describe(error))"])
            }
        }
        established = negotiated.connection
        routes.attach(settings.name, PeerEncoding(negotiated, nextHops: hops), wakeUp: link.wakeUp)
    }

    private func log(_ transition: Session.Transition) {
        since = Timestamp.now
        onTransition(settings.name, transition)
        var metadata: Logger.Metadata = [
            LogKey.from: "\(transition.from)", LogKey.to: "\(transition.to)", LogKey.event: "\(transition.event)",
        ]
        if let error = transition.error { metadata[LogKey.error] = "\(error)" }
        let isLoss = transition.from == .established && transition.error != nil
        logger.log(level: isLoss ? .warning : .info, "BGP session changed state", metadata: metadata)
    }

    /// One sleep for all timers, until the first of them.
    func armTimer() {
        scheduled?.cancel()
        scheduled = nil
        guard let deadline = [session.nextDeadline, gate.nextDeadline].compactMap({ $0 }).min() else { return }
        let delay = UptimeClock.now.duration(to: deadline)
        let continuation = deadlineHasCome
        scheduled = eventLoop.scheduleTask(in: .nanoseconds(max(0, delay.wholeNanoseconds))) { continuation.yield() }
    }
}

// MARK: - Connections

extension BGPPeer {
    private func connect(_ id: ConnectionID) async {
        guard let attempt = links[id]?.attempt else { return }
        let source = settings.sourceAddress.map { TCPEndpoint($0, zone: settings.zone, port: 0) }
        let connecting = TCPConnector.connect(
            to: settings.endpoint, from: source, options: settings.options, timeout: settings.session.connectRetryTime,
            on: eventLoop, attempt: attempt)
        do {
            let channel = try await connecting.get()
            if links[id] == nil || links[id]?.isClosing == true {
                links[id] = nil
                try? await channel.close()
                return
            }
            links[id]?.channel = channel
            await serve(id, channel)
        } catch {
            links[id] = nil
            handle(.connectionFailed(id, "cannot connect: \(BGPPeer.describe(error))"))
        }
    }

    /// Reads and writes a connection until it ends.
    private func serve(_ id: ConnectionID, _ channel: any Channel) async {
        do {
            let wrapped = try await channel.eventLoop.submit {
                try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
            }.get()
            try await wrapped.executeThenClose { inbound, _ in
                await withTaskCancellationHandler {
                    handle(id.direction == .outbound ? .connected(id) : .accepted(id))
                    channel.setOption(.autoRead, value: true).whenFailure { _ in channel.close(promise: nil) }
                    await withDiscardingTaskGroup { group in
                        group.addTask { await self.write(id, channel) }
                        await read(id, inbound)
                        links[id]?.wakeUp.finish()
                    }
                } onCancel: {
                    channel.close(promise: nil)
                }
            }
        } catch {
            handle(.connectionFailed(id, BGPPeer.describe(error)))
        }
        links[id] = nil
    }

    private func read(_ id: ConnectionID, _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>) async {
        do {
            for try await buffer in inbound { handle(.received(Array(buffer.readableBytesView), id)) }
            handle(.connectionFailed(id, "the peer closed the connection"))
        } catch {
            handle(.connectionFailed(id, "the connection was lost: \(BGPPeer.describe(error))"))
        }
    }

    private func write(_ id: ConnectionID, _ channel: any Channel) async {
        guard let wakeUps = links[id]?.wakeUps else { return }
        do {
            for await _ in wakeUps {
                while let bytes = takeOutput(id) {
                    // Completes when the kernel has taken all of it.
                    try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
                    handle(.sendProgressed(id))
                }
                if links[id]?.isClosing == true { break }
            }
            // The peer reads what was sent, and closes in its turn; so nothing of ours is lost to a reset.
            try await channel.close(mode: .output)
        } catch {
            // The reader learns the same, and says so.
        }
    }

    /// What to write next: the session's messages, then UPDATEs.
    private func takeOutput(_ id: ConnectionID) -> [UInt8]? {
        guard let link = links[id] else { return nil }
        if !link.outbox.isEmpty {
            links[id]?.outbox = []
            return link.outbox
        }
        guard established == id, let output = routes.takeOutput(for: settings.name, limit: BGPPeer.batchSize) else {
            return nil
        }
        // RFC 4271 §8.2.2: a ROUTE-REFRESH restarts no timer.
        if output.updates > 0 { handle(.updatesSent(id, count: output.updates)) }
        return output.bytes
    }

    /// An error of the network, for people.
    static func describe(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            // One address was tried, so there is one error.
            error.connectionErrors.first.map { describe($0.error) } ?? "\(error)"
        case let error as IOError: SystemError.text(of: error.errnoCode)
        case ChannelError.connectTimeout: "no answer"
        default: "\(error)"
        }
    }
}

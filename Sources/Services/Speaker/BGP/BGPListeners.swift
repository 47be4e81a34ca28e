import Addresses
import BGP
import Interfaces
import Logging
import NIOCore
import NetworkIO
import NodeDecisions
import Telemetry
import Timing

/// The sockets that BGP peers connect to: the shell around ``ListeningPlan``.
actor BGPListeners {
    /// A connection of a peer that is configured.
    struct Arrival: Sendable {
        let peer: String
        let channel: any Channel
    }

    private struct Arriving: Sendable {
        let connection: TCPListener.Connection
        let socket: ListeningPlan.Socket
    }

    private struct Open {
        let listener: TCPListener
        var requirements: ListeningPlan.Requirements
    }

    /// How many strangers are logged by address.
    private static let mostStrangers = 64
    private static let retryTime = TimeAmount.seconds(2)

    private let eventLoop: any EventLoop
    private let logger: Logger
    private var plan = ListeningPlan()
    private var open: [ListeningPlan.Socket: Open] = [:]
    private var problems: [ListeningPlan.Socket: String] = [:]
    private var strangers: Set<IPAddress> = []
    nonisolated let refused: RefusedConnections
    private var isStopped = false

    // One signal is as good as many.
    private let (changes, hasChanged) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    // More than a few that wait are a flood; the newest are turned away.
    private let (arrivals, arrived) = AsyncStream<Arriving>.makeStream(bufferingPolicy: .bufferingOldest(64))

    init(eventLoop: any EventLoop, refused: RefusedConnections, logger: Logger) {
        self.eventLoop = eventLoop
        self.refused = refused
        self.logger = logger
    }

    /// Listens for these peers from now on.
    func apply(_ settings: [BGPPeerSettings]) {
        plan = ListeningPlan(settings)
        strangers.subtract(settings.map(\.address))
        hasChanged.yield()
    }

    /// Closes all sockets; ``run(_:)`` then returns.
    func stop() {
        isStopped = true
        plan = ListeningPlan()
        hasChanged.finish()
        arrived.finish()
    }

    /// What keeps a peer from being listened for.
    func problem(for settings: BGPPeerSettings) -> String? {
        guard settings.session.isPassive else { return nil }
        return problems.first { ListeningPlan([settings]).sockets[$0.key] != nil }?.value
    }

    /// Listens until ``stop()``.
    func run(_ take: @escaping @Sendable (Arrival) async -> Void) async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.listen() }
            for await arrival in arrivals { await sort(arrival, take) }
        }
        for opened in open.values { await opened.listener.close() }
        open = [:]
    }

    private func listen() async {
        for await _ in changes {
            for (socket, opened) in open where plan.sockets[socket] == nil {
                open[socket] = nil
                await opened.listener.close()
            }
            for socket in problems.keys where plan.sockets[socket] == nil { problems[socket] = nil }
            for (socket, requirements) in plan.sockets where open[socket]?.requirements != requirements {
                await setUp(socket, requirements)
            }
            let isIncomplete = plan.sockets.contains { open[$0.key]?.requirements != $0.value }
            guard !problems.isEmpty || isIncomplete, !isStopped else { continue }
            let hasChanged = hasChanged
            eventLoop.scheduleTask(in: BGPListeners.retryTime) { _ = hasChanged.yield() }
        }
    }

    private func setUp(_ socket: ListeningPlan.Socket, _ requirements: ListeningPlan.Requirements) async {
        do {
            var opened: Open
            if let present = open[socket] {
                opened = present
            } else {
                let (arrived, refused) = (arrived, refused)
                let listener = try await TCPListener.listen(
                    on: socket.local, device: socket.device, eventLoop: eventLoop
                ) { connection in
                    guard case .enqueued = arrived.yield(Arriving(connection: connection, socket: socket)) else {
                        refused.add()
                        connection.channel.close(promise: nil)
                        return
                    }
                }.get()
                opened = Open(listener: listener, requirements: ListeningPlan.Requirements(leastTimeToLive: 0))
                open[socket] = opened
                logger.info("listening for BGP peers", metadata: [LogKey.address: "\(socket.local)"])
            }
            for (peer, _) in opened.requirements.passwords where requirements.passwords[peer] == nil {
                try await opened.listener.setPassword(nil, for: peer).get()
            }
            var set = requirements
            for (peer, password) in requirements.passwords where opened.requirements.passwords[peer] != password {
                do {
                    try await opened.listener.setPassword(password, for: peer).get()
                } catch TCPError.noInterface {
                    // No peer can connect there; the others can. It is tried again, as the interface may come.
                    set.passwords[peer] = nil
                }
            }
            try await opened.listener.setTimeToLive(requirements.timeToLive, least: requirements.leastTimeToLive).get()
            opened.requirements = set
            open[socket] = opened
            problems[socket] = nil
        } catch {
            // A socket without all of its requirements would be open to those whom they keep out.
            if let opened = open.removeValue(forKey: socket) { await opened.listener.close() }
            let text = "cannot listen on \(socket.local): \(BGPPeer.describe(error))"
            if problems.updateValue(text, forKey: socket) != text {
                logger.error("cannot listen for BGP peers", metadata: [LogKey.error: "\(text)"])
            }
        }
    }

    /// Whether the socket asks for the key of this peer, which is set up as soon as there is its interface.
    private func isKeyed(_ peer: BGPPeerSettings, at socket: ListeningPlan.Socket) -> Bool {
        open[socket]?.requirements.passwords[TCPEndpoint(peer.address, zone: peer.zone, port: 0)] != nil
    }

    private func sort(_ arrival: Arriving, _ take: (Arrival) async -> Void) async {
        let connection = arrival.connection
        guard let peer = plan.peer(from: connection.remote, to: connection.local, at: arrival.socket),
            peer.options.password == nil || isKeyed(peer, at: arrival.socket)
        else {
            refused.add()
            connection.channel.close(promise: nil)
            if strangers.count < BGPListeners.mostStrangers, strangers.insert(connection.remote.address).inserted {
                logger.warning(
                    "rejected a BGP connection from an unknown address",
                    metadata: [LogKey.address: "\(connection.remote.address)"])
            }
            return
        }
        // RFC 5082, and the reach of what is sent, as for connections of our own making; the key is the listener's.
        var options = TCPOptions()
        options.timeToLive = peer.options.timeToLive
        options.leastTimeToLive = peer.options.leastTimeToLive
        do {
            let remote = try connection.remote.socketAddress()
            try await TCPConnector.prepare(connection.channel, options, peer: remote).get()
            await take(Arrival(peer: peer.name, channel: connection.channel))
        } catch {
            // It ended before it began.
            connection.channel.close(promise: nil)
        }
    }
}

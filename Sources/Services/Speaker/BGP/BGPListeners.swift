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
        let place: ListeningPlan.Place
    }

    private struct Open {
        let listener: TCPListener
        var terms: ListeningPlan.Terms
    }

    /// How many strangers are logged by address.
    private static let mostStrangers = 64
    private static let retryTime = TimeAmount.seconds(2)

    private let eventLoop: any EventLoop
    private let logger: Logger
    private var plan = ListeningPlan()
    private var open: [ListeningPlan.Place: Open] = [:]
    private var problems: [ListeningPlan.Place: String] = [:]
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
        return problems.first { ListeningPlan([settings]).places[$0.key] != nil }?.value
    }

    /// Listens until ``stop()``.
    func run(_ take: @escaping @Sendable (Arrival) async -> Void) async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.listen() }
            for await arrival in arrivals { await sort(arrival, take) }
        }
        for socket in open.values { await socket.listener.close() }
        open = [:]
    }

    private func listen() async {
        for await _ in changes {
            for (place, socket) in open where plan.places[place] == nil {
                open[place] = nil
                await socket.listener.close()
            }
            for place in problems.keys where plan.places[place] == nil { problems[place] = nil }
            for (place, terms) in plan.places where open[place]?.terms != terms { await setUp(place, terms) }
            let isIncomplete = plan.places.contains { open[$0.key]?.terms != $0.value }
            guard !problems.isEmpty || isIncomplete, !isStopped else { continue }
            let hasChanged = hasChanged
            eventLoop.scheduleTask(in: BGPListeners.retryTime) { _ = hasChanged.yield() }
        }
    }

    private func setUp(_ place: ListeningPlan.Place, _ terms: ListeningPlan.Terms) async {
        do {
            var socket: Open
            if let present = open[place] {
                socket = present
            } else {
                let (arrived, refused) = (arrived, refused)
                let listener = try await TCPListener.listen(
                    on: place.local, device: place.device, eventLoop: eventLoop
                ) { connection in
                    guard case .enqueued = arrived.yield(Arriving(connection: connection, place: place)) else {
                        refused.add()
                        connection.channel.close(promise: nil)
                        return
                    }
                }.get()
                socket = Open(listener: listener, terms: ListeningPlan.Terms(leastTimeToLive: 0))
                open[place] = socket
                logger.info("listening for BGP peers", metadata: [LogKey.address: "\(place.local)"])
            }
            for (peer, _) in socket.terms.passwords where terms.passwords[peer] == nil {
                try await socket.listener.setPassword(nil, for: peer).get()
            }
            var set = terms
            for (peer, password) in terms.passwords where socket.terms.passwords[peer] != password {
                do {
                    try await socket.listener.setPassword(password, for: peer).get()
                } catch TCPError.noInterface {
                    // No peer can connect there; the others can. It is tried again, as the interface may come.
                    set.passwords[peer] = nil
                }
            }
            try await socket.listener.setTimeToLive(terms.timeToLive, least: terms.leastTimeToLive).get()
            socket.terms = set
            open[place] = socket
            problems[place] = nil
        } catch {
            // A socket without all of its terms would be open to those whom they keep out.
            if let socket = open.removeValue(forKey: place) { await socket.listener.close() }
            let text = "cannot listen on \(place.local): \(BGPPeer.words(for: error))"
            if problems.updateValue(text, forKey: place) != text {
                logger.error("cannot listen for BGP peers", metadata: [LogKey.error: "\(text)"])
            }
        }
    }

    /// Whether the socket asks for the key of this peer, which is set up as soon as there is its interface.
    private func isKeyed(_ peer: BGPPeerSettings, at place: ListeningPlan.Place) -> Bool {
        open[place]?.terms.passwords[TCPEndpoint(peer.address, zone: peer.zone, port: 0)] != nil
    }

    private func sort(_ arrival: Arriving, _ take: (Arrival) async -> Void) async {
        let connection = arrival.connection
        guard let peer = plan.peer(from: connection.remote, to: connection.local, at: arrival.place),
            peer.options.password == nil || isKeyed(peer, at: arrival.place)
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

import Addresses
import BGP
import Logging
import NIOCore
import NodeDecisions
import SystemIO
import Telemetry
import Timing

/// The BGP side of a speaker: its peers, and the routes that they get.
///
/// Peers are given whole, by ``apply(peers:)``; a session restarts only if something that it depends on has changed.
/// Routes are given as changes, by ``apply(_:)``, whose cost depends on how many those are. Each peer is an actor with
/// tasks of its own, and shares nothing with another but the table of routes: a bad or slow one delays no other.
package actor BGPSpeaker {
    private struct Member {
        var settings: BGPPeerSettings
        let peer: BGPPeer
    }

    private let routes = SharedRoutes()
    private let eventLoopGroup: any EventLoopGroup
    private let logger: Logger
    private let onTransition: @Sendable (String, Session.Transition) -> Void
    private let onBFD: @Sendable (String, BFDPeerStatus) -> Void
    private let isRestarting: Bool
    private let started: Instant
    private let listeners: BGPListeners
    private let bfd: BFDEngine?
    /// The state of the peers' BFD sessions, for sessions that are created again.
    private var bfdStatus: [String: BFDPeerStatus] = [:]
    /// The peers that have a BFD session.
    private var withBFD: Set<String> = []
    private var members: [String: Member] = [:]
    private var isRunning = false
    private var isShutDown = false
    // Unbounded: an element for each peer that a configuration has added or changed.
    private let (newPeers, addPeer) = AsyncStream<BGPPeer>.makeStream()
    private let (end, hasEnded) = AsyncStream<Never>.makeStream()

    /// - Parameter onTransition: called with a peer's name and what its session did; it must not wait.
    /// - Parameter onBFD: called with a peer's name when its BFD session comes up or leaves Up; it must not wait.
    /// - Parameter onRefusal: called for each connection that is closed because it is of no peer; it must not wait.
    /// - Parameter isRestarting: an earlier process of this node may have left routes standing in peers with which graceful
    ///   restart was agreed. Such peers get the restart flag once (RFC 4724 §4.1). They drop what is not announced
    ///   again as soon as a session has sent what there is: give all routes before the peers, or together with them.
    /// - Parameter bfd: holds the BFD sessions of peers that have one; the speaker ends it. Without it there are none.
    package init(
        eventLoopGroup: any EventLoopGroup, logger: Logger, isRestarting: Bool = false, bfd: BFDEngine? = nil,
        onTransition: @escaping @Sendable (String, Session.Transition) -> Void = { _, _ in },
        onBFD: @escaping @Sendable (String, BFDPeerStatus) -> Void = { _, _ in },
        onRefusal: @escaping @Sendable () -> Void = {}
    ) {
        self.bfd = bfd
        self.onBFD = onBFD
        self.onTransition = onTransition
        self.eventLoopGroup = eventLoopGroup
        self.isRestarting = isRestarting
        started = UptimeClock.now
        self.logger = logger
        listeners = BGPListeners(
            eventLoop: eventLoopGroup.next(), refused: RefusedConnections(onRefusal), logger: logger)
    }

    /// Runs all sessions until ``shutdown(text:)`` or until the task is cancelled.
    package func run() async throws {
        isRunning = true
        await withDiscardingTaskGroup { group in
            group.addTask { await self.listeners.run { await self.take($0) } }
            group.addTask { await self.bfd?.run() }
            group.addTask { await self.followBFD() }
            await withDiscardingTaskGroup { sessions in
                for await peer in newPeers { sessions.addTask { await peer.run() } }
            }
            // Only now: a router that sees BFD go down while BGP is up may treat it as a failure, despite RFC 5882 §3.2
            // says, and drop routes that graceful restart was to keep.
            bfd?.leave()
        }
        hasEnded.finish()
        try Task.checkCancellation()
    }

    private func followBFD() async {
        guard let bfd else { return }
        for await change in bfd.changes {
            // Of a peer that is none any more, nothing is left to do. One that is just being restarted will ask.
            guard withBFD.contains(change.peer) else { continue }
            let before = bfdStatus.updateValue(change.status, forKey: change.peer)
            if (before?.isUp ?? false) != change.status.isUp { onBFD(change.peer, change.status) }
            await members[change.peer]?.peer.bfdChanged(change)
        }
    }

    private func take(_ arrival: BGPListeners.Arrival) async {
        guard let member = members[arrival.peer] else {
            listeners.refused.add()
            arrival.channel.close(promise: nil)
            return
        }
        await member.peer.accept(arrival.channel)
    }

    /// Makes these the peers. A removed peer gets a Cease; one whose session depends on what has changed gets a new
    /// session; all others notice nothing.
    ///
    /// Of two peers of one name, the last counts.
    package func apply(peers settings: [BGPPeerSettings]) async {
        guard !isShutDown else { return }
        let wanted = Dictionary(settings.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        withBFD = Set(wanted.values.filter { $0.bfd != nil }.map(\.name))
        for (name, member) in members {
            let new = wanted[name]
            if let new, member.settings.needsNoNewSession(for: new) {
                members[name]?.settings = new
                if new.bfd == nil, member.settings.bfd != nil {
                    bfdStatus[name] = nil
                    await member.peer.bfdRemoved()
                }
                await member.peer.adopt(new)
                continue
            }
            members[name] = nil
            let reason: Session.StopReason =
                if let shutdown = new?.shutdown {
                    .administrativeShutdown(shutdown.text)
                } else {
                    new == nil ? .peerDeconfigured : .configurationChanged
                }
            await member.peer.stop(reason)
        }
        for settings in settings where members[settings.name] == nil && !isShutDown {
            guard let new = wanted[settings.name] else { continue }
            let peer = BGPPeer(
                asRestarted(new), routes, eventLoop: eventLoopGroup.next(), logger: logger, onTransition: onTransition)
            members[new.name] = Member(settings: new, peer: peer)
            if new.bfd == nil { bfdStatus[new.name] = nil }
            if let status = bfdStatus[new.name] {
                await peer.bfdChanged(BFDChange(peer: new.name, status: status, isFailure: false))
            }
            addPeer.yield(peer)
        }
        for name in bfdStatus.keys where wanted[name] == nil { bfdStatus[name] = nil }
        // BFD in its turn says when its sessions are up; until then it delays no session.
        if !isShutDown { bfd?.apply(wanted.values.compactMap { $0.shutdown == nil ? $0.bfd : nil }) }
        if !isShutDown { await listeners.apply(Array(wanted.values)) }
    }

    /// The settings as a new session of a process that has just restarted needs them.
    private func asRestarted(_ settings: BGPPeerSettings) -> BGPPeerSettings {
        var settings = settings
        // RFC 4724 §4.2: after the restart time the peer has kept nothing.
        if isRestarting, let restart = settings.session.gracefulRestart,
            started.duration(to: UptimeClock.now) < restart.restartTime
        {
            settings.session.gracefulRestart?.isRestarting = true
        }
        return settings
    }

    /// Changes routes. Peers need not exist yet, and need not be up.
    package nonisolated func apply(_ changes: [RouteChange]) {
        for prefix in routes.apply(changes) {
            logger.error(
                "too many communities for a BGP message; not advertised", metadata: [LogKey.prefix: "\(prefix)"])
        }
    }

    /// How all sessions stand, by name.
    package func status() async -> [BGPPeerStatus] {
        var list: [BGPPeerStatus] = []
        for member in members.values.sorted(by: { $0.settings.name < $1.settings.name }) {
            let obstacle = await listeners.problem(for: member.settings)
            list.append(await member.peer.status(description: member.settings.description, obstacle: obstacle))
        }
        return list
    }

    /// How many connections were closed because they are of no peer, or because too many came at once.
    package nonisolated var refusedConnections: Int { listeners.refused.count }

    /// The number of prefixes in the table.
    package nonisolated var routeCount: Int { routes.routeCount }

    /// Ends all sessions, with this text for the peers' operators, and returns when their last messages have left, or
    /// after a second. ``run()`` then returns too.
    package func shutdown(text: String? = nil) async {
        await stop(.administrativeShutdown(text))
    }

    /// Ends all sessions so that peers with which graceful restart was agreed keep the routes for a while; the others are
    /// sent `text`.
    package func shutdownForRestart(text: String? = nil) async {
        await stop(.restart(text))
    }

    private func stop(_ reason: Session.StopReason) async {
        isShutDown = true
        await listeners.stop()
        for member in members.values { await member.peer.stop(reason) }
        addPeer.finish()
        guard isRunning else {
            bfd?.leave()
            return
        }
        for await _ in end {}
    }
}

import Addresses
import Announcement
import BFD
import BGP
import ClusterConfiguration
import Interfaces
import KubernetesModel
import Logging
import NIOCore
import NIOPosix
import NetworkIO
import NodeDecisions
import Presentation
import Recording
import RecordingFile
import ServiceLifecycle
import Synchronization
import SystemIO
import Telemetry
import Timing
import WireIdentity

/// Announces from one node: the shell around ``SpeakerCore``.
///
/// Whatever happens goes through one loop, one event at a time. Layer 2 and liveness have threads of their own, each BGP
/// session a task; none of them waits for this loop, nor it for them.
package final class SpeakerService: ServiceLifecycle.Service {
    private enum Input: Sendable {
        /// The cluster has changed: `pending` has it.
        case updated
        case linksChanged(InterfaceTable)
        case routerChanged(RouterChange)
        /// Something waits in `pendingLiveness`.
        case livenessChanged
        /// These interfaces were listened to for as long as it takes to hear who is there.
        case listened(Set<String>)
        case reported([Layer2Report])
        case rebalanced
        /// ``SpeakerCore/nextDeadline`` may have come.
        case deadlineReached
        case asked(CheckedContinuation<SpeakerView?, Never>)
        /// Nothing has happened: the loop is to show that it turns.
        case beat
    }

    /// Changes of the cluster that wait, and how many they were before they became one.
    private struct WaitingUpdates {
        var update = PendingUpdate()
        var count = 0
    }

    package let node: String
    private let nodePolicy: NodePolicy
    let cluster: ClusterIdentity
    private let metrics: SpeakerMetrics
    private let events: EventLog
    private let logger: Logger
    private let recorder: Recorder?
    private let inputs: AsyncStream<Input>
    private let input: AsyncStream<Input>.Continuation
    private let pending = Mutex(WaitingUpdates())
    private let pendingLiveness = PendingLiveness()
    private let hasUnnumberedPeers = Mutex(false)
    /// The loop that has ended before its time.
    private let stoppedLoop = Mutex<String?>(nil)
    /// Interfaces to announce on where liveness has no address to speak from: nobody can be heard there.
    private let unhearable = Mutex<Set<String>>([])
    /// One element for each change of the interfaces that are listened to.
    private let listenings: AsyncStream<Void>
    private let listening: AsyncStream<Void>.Continuation
    let links: LinkMonitor
    let layer2: Layer2Engine
    let liveness: LivenessEngine
    let bfd: BFDEngine
    let routers: RouterFinder
    let bgp: BGPSpeaker
    private let heartbeat = Heartbeat("speaker")

    /// How long this node still answers for its addresses after it said that it leaves, if nobody takes them.
    private static let farewell = Duration.milliseconds(500)

    /// Starts the engines, in the network namespace of the calling thread. Nothing is announced before ``run()``.
    ///
    /// - Parameters:
    ///   - isRestarting: routers may still have routes of an earlier process of this node (RFC 4724 §4.1).
    ///   - events: gets what happens here.
    ///   - recorder: gets what is decided from, and what is decided; `nil`: nobody does.
    package init(
        node: String, eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        isRestarting: Bool = false, layer2 layer2Settings: Layer2Settings = Layer2Settings(),
        liveness livenessSettings: LivenessSettings = LivenessSettings(), nodePolicy: NodePolicy = NodePolicy(),
        metrics: SpeakerMetrics, events: EventLog = EventLog(), recorder: Recorder? = nil, logger: Logger
    ) throws {
        self.node = node
        self.nodePolicy = nodePolicy
        cluster = livenessSettings.segment.credentials.cluster
        self.metrics = metrics
        self.events = events
        self.logger = logger
        self.recorder = recorder
        // Unbounded: every element is a change that would be missed; they come no faster than the cluster changes.
        (inputs, input) = AsyncStream.makeStream(of: Input.self)
        (listenings, listening) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        links = try LinkMonitor()
        layer2 = try Layer2Engine(links: links, settings: layer2Settings, logger: logger) { [input] in
            input.yield(.reported($0))
        }
        liveness = try LivenessEngine(
            node: node, settings: livenessSettings, watching: layer2.heartbeat, logger: logger
        ) { [input, pendingLiveness] change in
            if pendingLiveness.add(change) { input.yield(.livenessChanged) }
        }
        bfd = try BFDEngine(logger: logger)
        routers = try RouterFinder(logger: logger) { [input] in input.yield(.routerChanged($0)) }
        bgp = BGPSpeaker(
            eventLoopGroup: eventLoopGroup, logger: logger, isRestarting: isRestarting, bfd: bfd,
            onTransition: { peer, transition in
                let event = SpeakerView.event(of: transition, peer: peer, node: node, at: .now)
                if let event { events.append(event) }
            },
            onBFD: { peer, status in
                events.append(SpeakerView.event(of: status, peer: peer, node: node, at: .now))
            }, onRefusal: { metrics.refusedConnections.increase() })
    }

    /// Takes in a change of the cluster. Returns at once.
    ///
    /// - Parameter moment: when it became known, for the figure of how long it took to the wire.
    package func apply(_ update: SpeakerUpdate, since moment: Instant) {
        guard !update.isEmpty else { return }
        let isFirst = pending.withLock { pending in
            pending.count += 1
            return pending.update.add(update, since: moment)
        }
        if isFirst { input.yield(.updated) }
    }

    /// Works until it is told to stop; then leaves in order.
    package func run() async throws {
        links.observe { [input] table, _ in input.yield(.linksChanged(table)) }
        let stopped: String? = await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.layer2.run() }
            group.addTask { await self.liveness.run() }
            // It throws when it is cancelled, which is when this group ends.
            group.addTask { try? await self.bgp.run() }
            group.addTask { await self.followListening() }
            group.addTask { await self.watchLoops() }
            var core = await handleInputs()
            // Before all of them are stopped in order.
            let stopped = stoppedLoop.withLock { $0 }
            await leave(&core)
            group.cancelAll()
            return stopped
        }
        if let stopped { throw LoopStopped(loop: stopped) }
    }

    /// Has the control loop turn once a second, and ends the service when another loop has ended: whatever that one held is
    /// held by nobody then, and a process that starts anew can hold it.
    private func watchLoops() async {
        var sessions = RouterSessions()
        while !Task.isCancelled {
            input.yield(.beat)
            for outcome in sessions.look(at: await unnumberedSessions(), now: UptimeClock.now) {
                routers.note(outcome.event, on: outcome.interface)
            }
            if let ended = loops.first(where: { $0.turns == nil }) {
                stoppedLoop.withLock { $0 = ended.loop }
                input.finish()
                return
            }
            try? await Task.sleep(for: Heartbeat.slowInterval)
        }
    }

    private func unnumberedSessions() async -> [RouterSessions.Session] {
        guard hasUnnumberedPeers.withLock({ $0 }) else { return [] }
        return await bgp.status().compactMap { status in
            guard let interface = status.zone, status.address.isLinkLocal, let router = status.address.v6 else {
                return nil
            }
            return RouterSessions.Session(
                interface: interface, router: router, isEstablished: status.state == .established)
        }
    }

    /// All that have to turn.
    private var loops: [Heartbeat] {
        [layer2.heartbeat, liveness.heartbeat, bfd.heartbeat, routers.heartbeat, heartbeat]
    }

    /// Why the process should be restarted, a sentence each: loops that turn no more.
    package var deadLoops: [String] { loops.compactMap(\.problem) }

    /// Returns what was decided last.
    private func handleInputs() async -> SpeakerCore {
        var view = SpeakerView(core: SpeakerCore(node: node, nodePolicy: nodePolicy))
        recorder?.record(UptimeClock.now, .speakerStarted(node: node, nodePolicy), .nothing)
        var heard = HeardNodes()
        var alarm: (deadline: Instant, task: Task<Void, Never>)?
        var problems = ProblemLog()
        func handle(_ next: Input) async {
            heartbeat.beat()
            let event: SpeakerCore.Event?
            var updates = 0
            var known = UptimeClock.now
            switch next {
            case .asked(let continuation):
                continuation.resume(returning: view)
                return
            case .beat: return
            case .updated:
                let taken = pending.withLock { pending in
                    defer { pending.count = 0 }
                    return pending.update.take().map { ($0.update, $0.since, pending.count) }
                }
                guard let (update, since, count) = taken else { return }
                event = .updated(update)
                updates = count
                known = since
            case .deadlineReached:
                event = nil
                // It may have come too early, where the clocks count a time of sleep differently.
                alarm = nil
            case .linksChanged(let table): event = .linksChanged(table)
            case .routerChanged(let change): event = .routerChanged(change)
            case .livenessChanged:
                // All at once: where many nodes come or go together, who owns what is decided once.
                for change in pendingLiveness.take() where heard.note(change) {
                    events.append(view.event(of: change, at: .now))
                }
                event = .heard(heard.byInterface)
            case .listened(let interfaces):
                heard.note(listened: interfaces)
                event = .heard(heard.byInterface)
            case .reported(let reports):
                for report in reports {
                    if let event = view.event(of: report, at: .now) { events.append(event) }
                }
                event = .reported(reports)
            case .rebalanced: event = .rebalanced
            }
            view.revision += 1
            let before = view.core.listening
            defer { if view.core.listening != before { heard.follow(view.core.listening, after: before) } }
            let now = UptimeClock.now
            var actions = view.core.advance(to: now)
            if let event { actions += view.core.handle(event) }
            if let recorder {
                let input: CoreInput =
                    updates > 0 ? .updatesTaken(updates) : event.map { .speaker($0) } ?? .speakerDeadline
                recorder.record(now, input, .actions(actions))
            }
            for action in actions {
                let routes = view.note(action, at: .now)
                for event in view.events(of: routes, at: .now) { events.append(event) }
                await perform(action)
                count(action, since: known)
            }
            switch next {
            case .updated, .linksChanged: problems.update(view.core.hostProblems, logger)
            default: break
            }
            let changes = view.noteHeld(at: .now)
            count(changes)
            for event in view.events(of: changes, at: .now) { events.append(event) }
            guard view.core.nextDeadline != alarm?.deadline else { return }
            alarm?.task.cancel()
            alarm = view.core.nextDeadline.map { ($0, wake(at: $0)) }
        }
        for await next in inputs.cancelOnGracefulShutdown() { await handle(next) }
        input.finish()
        // Whoever still waits for an answer gets it.
        for await next in inputs { if case .asked = next { await handle(next) } }
        alarm?.task.cancel()
        return view.core
    }

    private func wake(at deadline: Instant) -> Task<Void, Never> {
        Task { [input] in
            try? await Task.sleep(for: UptimeClock.now.duration(to: deadline))
            if !Task.isCancelled { input.yield(.deadlineReached) }
        }
    }

    private func perform(_ action: SpeakerCore.Action) async {
        switch action {
        case .listen(let interfaces):
            liveness.apply(interfaces: interfaces.compactMap { InterfaceForLiveness($0) })
            unhearable.withLock { $0 = Set(interfaces.filter { InterfaceForLiveness($0) == nil }.map(\.name)) }
            listening.yield()
        case .expect(let nodes): liveness.apply(nodes: nodes)
        case .hold(let sessions): await bgp.apply(peers: sessions)
        case .findRouters(let interfaces):
            hasUnnumberedPeers.withLock { $0 = !interfaces.isEmpty }
            routers.apply(interfaces)
        case .claim(let changes): layer2.apply(changes)
        case .advertise(let changes): bgp.apply(changes)
        }
    }

    private func count(_ action: SpeakerCore.Action, since known: Instant) {
        switch action {
        case .claim(let changes):
            let isAboutAddresses = changes.contains { if case .assign = $0 { true } else { false } }
            if isAboutAddresses { metrics.layer2Latency.observe(known.duration(to: UptimeClock.now)) }
        case .advertise: metrics.bgpLatency.observe(known.duration(to: UptimeClock.now))
        case .listen, .expect, .hold, .findRouters: break
        }
    }

    private func count(_ changes: [HeldChange]) {
        let gained = changes.count(where: \.isHeld)
        if gained > 0 { metrics.gained.increase(by: Int64(gained)) }
        if gained < changes.count { metrics.lost.increase(by: Int64(changes.count - gained)) }
    }

    /// Says which interfaces were listened to for long enough, after each change of them.
    private func followListening() async {
        for await _ in listenings {
            // A segment takes a quarter of a second; one that cannot be listened to keeps this going, ever more slowly.
            var pause = Duration.milliseconds(10)
            while !Task.isCancelled {
                let segments = await liveness.snapshot().segments
                let settled = segments.filter(\.isSettled).map(\.interface)
                input.yield(.listened(unhearable.withLock { $0.union(settled) }))
                if segments.allSatisfy(\.isSettled) { break }
                try? await Task.sleep(for: pause)
                pause = min(pause * 5 / 4, .seconds(1))
            }
        }
    }

    /// First the others are told; each address is answered for until this node has heard its successor, or for a while.
    private func leave(_ core: inout SpeakerCore) async {
        layer2.apply([.leave])
        // The first successor asks within a millisecond of hearing that this node leaves. An answer that does not yet say so
        // would make it believe that the owner stays.
        if layer2.heartbeat.turns == nil || layer2.heartbeat.isAlive { _ = await layer2.snapshot() }
        liveness.leave()
        // A node that was drained goes for good. From any other, routers with which graceful restart was agreed keep the
        // routes for a while; the others drop them at once.
        let (actions, isGone) = core.leave()
        recorder?.record(UptimeClock.now, .speakerLeaves, .actions(actions))
        for action in actions { await perform(action) }
        async let sessions: Void =
            isGone
            ? bgp.shutdown(text: "\(node) is drained and being stopped")
            : bgp.shutdownForRestart(text: "\(node) is being stopped")
        let end = ContinuousClock.now + SpeakerService.farewell
        while !layer2.hasLeft, ContinuousClock.now < end { try? await Task.sleep(for: .milliseconds(5)) }
        await sessions
        // Liveness first: it would take a stopped loop for a frozen one.
        liveness.stop()
        layer2.stop()
        bfd.stop()
        routers.stop()
        links.stop()
    }
}

// MARK: - Questions
extension SpeakerService {
    /// Takes over from other nodes, one after the other, the addresses that would be this node's if owners did not stay.
    /// Returns at once how many these are; `nil` once the service has stopped.
    package func rebalance() async -> Int? {
        guard case .enqueued = input.yield(.rebalanced) else { return nil }
        return await view()?.core.moves.count
    }

    /// What is decided, after everything applied before; `nil` once the service has stopped.
    package func view() async -> SpeakerView? {
        await withCheckedContinuation { answer in
            if case .terminated = input.yield(.asked(answer)) { answer.resume(returning: nil) }
        }
    }
}

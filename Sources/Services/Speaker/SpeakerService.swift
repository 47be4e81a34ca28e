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
/// Every event goes through one loop, one at a time. Layer 2 and liveness have threads of their own, each BGP
/// session a task; none of them waits for this loop, nor it for them.
package final class SpeakerService: ServiceLifecycle.Service {
    package let node: String
    private let nodePolicy: NodePolicy
    let cluster: ClusterIdentity
    private let metrics: SpeakerMetrics
    private let events: EventLog
    private let logger: Logger
    private let inbox: SpeakerInbox
    private let recorder: Recorder?
    /// The loop that has ended before its time.
    private let stoppedLoop = Mutex<String?>(nil)
    let engines: SpeakerEngines
    private let heartbeat = Heartbeat("speaker")

    /// Starts the engines, in the network namespace of the calling thread. Nothing is announced before ``run()``.
    ///
    /// - Parameters:
    ///   - isRestarting: routers may still have routes of an earlier process of this node (RFC 4724 §4.1).
    ///   - events: gets what happens here.
    ///   - recorder: gets what is decided from, and what is decided; `nil`: nothing is recorded.
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
        let inbox = SpeakerInbox()
        self.inbox = inbox
        let links = try LinkMonitor()
        let layer2 = try Layer2Engine(links: links, settings: layer2Settings, logger: logger) {
            inbox.put(.reported($0))
        }
        let liveness = try LivenessEngine(
            node: node, settings: livenessSettings, watching: layer2.heartbeat, logger: logger,
            onChange: { inbox.put($0) }, onListened: { inbox.put(.listened($0)) })
        let bfd = try BFDEngine(logger: logger)
        let routers = try RouterFinder(logger: logger) { inbox.put(.routerChanged($0)) }
        let bgp = BGPSpeaker(
            eventLoopGroup: eventLoopGroup, logger: logger, isRestarting: isRestarting, bfd: bfd,
            onTransition: { peer, transition in
                let event = SpeakerView.event(of: transition, peer: peer, node: node, at: .now)
                if let event { events.append(event) }
            },
            onBFD: { peer, status in
                events.append(SpeakerView.event(of: status, peer: peer, node: node, at: .now))
            }, onRefusal: { metrics.refusedConnections.increase() })
        engines = SpeakerEngines(
            links: links, layer2: layer2, liveness: liveness, bfd: bfd, routers: routers, bgp: bgp)
    }

    /// Takes in a change of the cluster. Returns at once.
    ///
    /// - Parameter moment: when it became known, for the figure of how long it took to the wire.
    package func apply(_ update: SpeakerUpdate, since moment: Instant) {
        guard !update.isEmpty else { return }
        inbox.put(update, since: moment)
    }

    /// Runs until it is asked to stop; then leaves in order.
    package func run() async throws {
        engines.links.observe { [inbox] table, _ in inbox.put(.linksChanged(table)) }
        let stopped: String? = await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.engines.layer2.run() }
            group.addTask { await self.engines.liveness.run() }
            // It throws when it is cancelled, which is when this group ends.
            group.addTask { try? await self.engines.bgp.run() }
            group.addTask { [inbox, heartbeat] in await heartbeat.keepTurning { inbox.put(.beat) } }
            group.addTask { await self.watchLoops() }
            var core = await handleInputs()
            // Before all of them are stopped in order.
            let stopped = stoppedLoop.withLock { $0 }
            await engines.leave(&core, recorder)
            group.cancelAll()
            return stopped
        }
        if let stopped { throw LoopStopped(loop: stopped) }
    }

    /// Ends the service when a loop has ended: what that one held is
    /// lost then, and a new process can take it over.
    private func watchLoops() async {
        var sessions = RouterSessions()
        while !Task.isCancelled {
            for outcome in sessions.look(at: await unnumberedSessions(), now: UptimeClock.now) {
                engines.routers.note(outcome.event, on: outcome.interface)
            }
            if let ended = loops.first(where: { $0.turns == nil }) {
                stoppedLoop.withLock { $0 = ended.loop }
                inbox.finish()
                return
            }
            try? await Task.sleep(for: Heartbeat.slowInterval)
        }
    }

    private func unnumberedSessions() async -> [RouterSessions.Session] {
        guard engines.routers.isLooking else { return [] }
        return await engines.bgp.status().compactMap { status in
            guard let interface = status.zone, status.address.isLinkLocal, let router = status.address.v6 else {
                return nil
            }
            return RouterSessions.Session(
                interface: interface, router: router, isEstablished: status.state == .established)
        }
    }

    /// All that have to turn.
    private var loops: [Heartbeat] { engines.heartbeats + [heartbeat] }

    /// Why the process should be restarted, a sentence each: loops that turn no more.
    package var deadLoops: [String] { loops.compactMap(\.problem) }

    /// Returns what was decided last.
    private func handleInputs() async -> SpeakerCore {
        var loop = SpeakerLoop(
            core: SpeakerCore(node: node, nodePolicy: nodePolicy), engines: engines, inbox: inbox, metrics: metrics,
            events: events, logger: logger, heartbeat: heartbeat, recorder: recorder)
        for await next in inbox.inputs.cancelOnGracefulShutdown() { await loop.handle(next) }
        inbox.finish()
        // Who still waits for an answer gets it.
        for await next in inbox.inputs { if case .asked = next { await loop.handle(next) } }
        return loop.end()
    }
}

// MARK: - Questions
extension SpeakerService {
    /// Takes over from other nodes, one after the other, the addresses that would be this node's if owners did not stay.
    /// Returns at once how many these are; `nil` once the service has stopped.
    package func rebalance() async -> Int? {
        guard inbox.put(.rebalanced) else { return nil }
        return await view()?.core.moves.count
    }

    /// What is decided, after everything applied before; `nil` once the service has stopped.
    package func view() async -> SpeakerView? {
        await withCheckedContinuation { answer in
            if !inbox.put(.asked(answer)) { answer.resume(returning: nil) }
        }
    }
}

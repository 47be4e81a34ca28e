import BGP
import Interfaces
import NetworkIO
import NodeDecisions
import Recording
import RecordingFile
import SystemIO

/// What a speaker acts with.
struct SpeakerEngines: Sendable {
    let links: LinkMonitor
    let layer2: Layer2Engine
    let liveness: LivenessEngine
    let bfd: BFDEngine
    let routers: RouterFinder
    let bgp: BGPSpeaker

    /// How long this node still answers for its addresses after it said that it leaves, if no node takes them.
    private static let farewell = Duration.milliseconds(500)

    /// Those that have to turn.
    var heartbeats: [Heartbeat] {
        [layer2.heartbeat, liveness.heartbeat, bfd.heartbeat, routers.heartbeat, links.heartbeat]
    }

    /// Carries out what the core decided; returns at once, but for sessions.
    ///
    /// - Returns: the number of the list of interfaces that liveness was given, if it was given one.
    @discardableResult func perform(_ action: SpeakerCore.Action) async -> UInt64? {
        switch action {
        case .listen(let interfaces):
            return liveness.apply(interfaces: interfaces.compactMap { InterfaceForLiveness($0) })
        case .expect(let nodes): liveness.apply(nodes: nodes)
        case .hold(let sessions): await bgp.apply(peers: sessions)
        case .findRouters(let interfaces): routers.apply(interfaces)
        case .claim(let changes): layer2.apply(changes)
        case .advertise(let changes): bgp.apply(changes)
        }
        return nil
    }

    /// First the leave is reported; each address is answered for until its successor has announced it, or for a while.
    func leave(_ core: inout SpeakerCore, _ recorder: Recorder?) async {
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
            ? bgp.shutdown(text: "\(core.node) is drained and being stopped")
            : bgp.shutdownForRestart(text: "\(core.node) is being stopped")
        let end = ContinuousClock.now + SpeakerEngines.farewell
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

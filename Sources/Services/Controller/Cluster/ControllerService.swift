import Assignment
import ClusterConfiguration
import ClusterDecisions
import ClusterFeed
import KubernetesAPI
import KubernetesClient
import KubernetesModel
import Logging
import Presentation
import Recording
import RecordingFile
import ServiceLifecycle
import Synchronization
import SystemIO
import Telemetry
import Timing

/// `martlet controller`: of several replicas one leads and assigns; the shell around ``ControllerCore``.
///
/// While another leads, nothing but the Lease is read. A new leader starts from lists, see ``ControllerCore``. So
/// does a leader when it finds that the API server's state was set back.
package final class ControllerService: ServiceLifecycle.Service {
    /// How long the writes under way may take when the process ends.
    private static let lastWrites = Duration.seconds(4)

    private let client: KubernetesClient
    private let election: LeaderElection
    private let identity: String
    private let recorder: EventRecorder
    private let loadBalancerClass: String?
    private let recording: Recorder?
    private let logger: Logger
    private let observe: @Sendable (ControllerCore, [AssignmentChange], Duration) -> Void
    /// The loop that leads now: its inputs, and whether it turns.
    private struct Leading {
        let input: AsyncStream<LeadingLoop.Input>.Continuation
        let heartbeat = Heartbeat("assignment")
    }
    private let leading = Mutex<Leading?>(nil)
    private let isStopping = Atomic(false)

    /// - Parameters:
    ///   - identity: unlike that of every other replica.
    ///   - recording: gets what is decided from, and what is decided; `nil`: nothing is recorded.
    ///   - observe: called with each decision and its duration.
    package init(
        client: KubernetesClient, namespace: String, identity: String, loadBalancerClass: String?,
        recording: Recorder? = nil, logger: Logger,
        observe: @escaping @Sendable (ControllerCore, [AssignmentChange], Duration) -> Void = { _, _, _ in }
    ) {
        self.client = client
        self.identity = identity
        self.loadBalancerClass = loadBalancerClass
        self.recording = recording
        self.logger = logger
        self.observe = observe
        recorder = EventRecorder(client, controller: "martlet.dev/controller", instance: identity, logger: logger)
        election = LeaderElection(
            client, name: NamespacedName(namespace: namespace, name: "martlet-controller"), identity: identity,
            now: { UptimeClock.now }, time: { .now })
    }

    package func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await self.election.run { role in
                    switch role {
                    case .leading: self.logger.notice("leading", metadata: [LogKey.identity: "\(self.identity)"])
                    case .following(let other):
                        self.logger.notice("following", metadata: [LogKey.leader: "\(other ?? "none yet")"])
                    }
                } lead: {
                    await self.lead()
                }
            }
            group.addTask {
                // Throws when it is cancelled, which is when this group ends.
                try? await gracefulShutdown()
                await self.finish()
            }
            await group.next()
            group.cancelAll()
        }
        await election.resign()
    }

    /// Who leads, and what is decided.
    package func view() async -> (role: LeaseElection.Role, core: ControllerCore?) {
        let input = leading.withLock { $0?.input }
        guard let input else { return (election.role, nil) }
        let core = await withCheckedContinuation { answer in
            if case .terminated = input.yield(.asked(answer)) { answer.resume(returning: nil) }
        }
        return (election.role, core)
    }

    /// Why the process should be restarted, a sentence each: the loop of a leader if it does not turn. A replica that follows
    /// has no loop, and the election ends leading by a clock of its own.
    package var deadLoops: [String] { [leading.withLock { $0?.heartbeat.problem }].compactMap(\.self) }

    /// Lets the writes under way come to their end.
    private func finish() async {
        isStopping.store(true, ordering: .relaxed)
        leading.withLock { _ = $0?.input.yield(.stop) }
        let limit = ContinuousClock.now + ControllerService.lastWrites
        while leading.withLock({ $0 != nil }), ContinuousClock.now < limit {
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    // MARK: - Leading

    private func lead() async {
        guard !isStopping.load(ordering: .relaxed) else {
            // Nothing is begun any more; the lease is given back when this is cancelled.
            try? await Task.sleep(for: .seconds(60))
            return
        }
        // Unbounded: each is a change that would be missed.
        let (inputs, input) = AsyncStream.makeStream(of: LeadingLoop.Input.self)
        let beginning = Leading(input: input)
        let heartbeat = beginning.heartbeat
        leading.withLock { $0 = beginning }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.watch(input) }
            group.addTask { await heartbeat.keepTurning { input.yield(.beat) } }
            group.addTask { if await self.client.untilSetBack() { input.yield(.setBack) } }
            // Writes are in a group of their own, so that the watches can end before them.
            await withDiscardingTaskGroup { writes in
                var loop = LeadingLoop(
                    core: ControllerCore(loadBalancerClass: loadBalancerClass),
                    writer: StatusWriter(client: client, logger: logger, input: input), events: recorder,
                    recording: recording, heartbeat: heartbeat, logger: logger, observe: observe)
                recording?.record(UptimeClock.now, .leadingBegan(loadBalancerClass: loadBalancerClass), .nothing)
                for await next in inputs { guard loop.handle(next, &writes) else { break } }
                leading.withLock { $0 = nil }
                input.finish()
                // Nothing is under way but alarms, or all of it is cancelled.
                writes.cancelAll()
                for await next in inputs {
                    if case .asked(let continuation) = next { continuation.resume(returning: nil) }
                }
            }
            group.cancelAll()
        }
    }

    private func watch(_ input: AsyncStream<LeadingLoop.Input>.Continuation) async {
        let client = client
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await ConfigurationWatches(client) { change, kinds in
                    input.yield(.event(.configuration(change, kinds)))
                }.run()
            }
            group.addTask { await client.watch(.services) { input.yield(.event(.service($0))) } }
            group.addTask { await client.watch(.nodes) { input.yield(.event(.node($0))) } }
            group.addTask { await client.watch(.namespaces) { input.yield(.event(.namespace($0))) } }
        }
    }
}

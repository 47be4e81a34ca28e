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
import Timing

/// `martlet controller`: of several replicas one leads and assigns; the shell around ``ControllerCore``.
///
/// While another leads, nothing but the Lease is read. A new leader starts from lists, see ``ControllerCore``. So
/// does a leader when it finds that the API server's state was set back.
package final class ControllerService: ServiceLifecycle.Service {
    private enum Input: Sendable {
        case event(ControllerCore.Event)
        /// This deadline has come.
        case alarm(Instant)
        /// A write was not answered: perhaps no server is there.
        case unanswered
        /// The API server answers; whether it did not before.
        case serverAnswers(wasDown: Bool)
        /// The API server's state is older than it was: what was decided since then is void.
        case setBack
        /// End what is under way, begin nothing more.
        case stop
        case asked(CheckedContinuation<ControllerCore?, Never>)
    }

    /// How long the writes under way may take when the process ends.
    private static let lastWrites = Duration.seconds(4)
    /// What the fields that this writes belong to (server-side apply's word).
    package static let manager = "martlet-controller"

    private let client: KubernetesClient
    private let election: LeaderElection
    private let identity: String
    private let recorder: EventRecorder
    private let loadBalancerClass: String?
    private let recording: Recorder?
    private let logger: Logger
    private let observe: @Sendable (ControllerCore, [AssignmentChange], Duration) -> Void
    /// The inputs of the loop that leads now.
    private let leading = Mutex<AsyncStream<Input>.Continuation?>(nil)
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
                    case .leading: self.logger.notice("leading", metadata: ["identity": "\(self.identity)"])
                    case .following(let other):
                        self.logger.notice("following", metadata: ["leader": "\(other ?? "none yet")"])
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
        let input = leading.withLock { $0 }
        guard let input else { return (election.role, nil) }
        let core = await withCheckedContinuation { answer in
            if case .terminated = input.yield(.asked(answer)) { answer.resume(returning: nil) }
        }
        return (election.role, core)
    }

    /// Lets the writes under way come to their end.
    private func finish() async {
        isStopping.store(true, ordering: .relaxed)
        leading.withLock { _ = $0?.yield(.stop) }
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
        let (inputs, input) = AsyncStream.makeStream(of: Input.self)
        leading.withLock { $0 = input }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.watch(input) }
            group.addTask { if await self.client.untilSetBack() { input.yield(.setBack) } }
            // Writes are in a group of their own, so that the watches can end before them.
            await withDiscardingTaskGroup { writes in
                var core = ControllerCore(loadBalancerClass: loadBalancerClass)
                recording?.record(UptimeClock.now, .leadingBegan(loadBalancerClass: loadBalancerClass), .nothing)
                var underWay = 0
                var isStopping = false
                /// Whether a task waits for the API server.
                var isWaitingForServer = false
                // The deadline that an alarm is set for. One that comes too early does no harm, so none is taken back.
                var armed: Instant?
                loop: for await next in inputs {
                    switch next {
                    case .asked(let continuation):
                        continuation.resume(returning: core)
                        continue
                    case .stop: isStopping = true
                    case .setBack:
                        logger.warning("the API server's state went backwards: listing everything again")
                        break loop
                    case .unanswered:
                        guard !isWaitingForServer, !isStopping else { continue }
                        isWaitingForServer = true
                        writes.addTask {
                            guard let wasDown = await self.client.untilServerAnswers() else { return }
                            input.yield(.serverAnswers(wasDown: wasDown))
                        }
                        continue
                    case .alarm, .event, .serverAnswers:
                        var event = ControllerCore.Event.deadlineReached
                        if case .event(let told) = next { event = told }
                        if case .serverAnswers(let wasDown) = next {
                            isWaitingForServer = false
                            if wasDown { event = .serverAnswers }
                        }
                        if case .alarm(let moment) = next, armed == moment { armed = nil }
                        if case .finished = event { underWay -= 1 }
                        guard !isStopping else { break }
                        var generator = DrawnNumbers(SystemRandomNumberGenerator())
                        let start = UptimeClock.now
                        let time = Timestamp.now
                        let actions = core.handle(event, at: start, time: time, using: &generator)
                        recording?.record(
                            start, .controlled(event, time: time, numbers: generator.numbers),
                            .controllerActions(actions))
                        let changes = actions.compactMap { action -> AssignmentChange? in
                            if case .note(let change) = action { change } else { nil }
                        }
                        observe(core, changes, start.duration(to: UptimeClock.now))
                        for action in actions {
                            switch action {
                            case .note(let change): log(change)
                            case .record(let note): writes.addTask { await self.recorder.record(note) }
                            case .patchService(let patch):
                                underWay += 1
                                writes.addTask { await self.perform(patch, input) }
                            case .patchConfiguration(let patch):
                                underWay += 1
                                writes.addTask { await self.perform(patch, input) }
                            }
                        }
                        if let deadline = core.nextDeadline, armed.map({ deadline < $0 }) ?? true {
                            armed = deadline
                            writes.addTask {
                                let delay = max(UptimeClock.now.duration(to: deadline), .milliseconds(1))
                                guard (try? await Task.sleep(for: delay)) != nil else { return }
                                input.yield(.alarm(deadline))
                            }
                        }
                    }
                    if isStopping, underWay == 0 { break loop }
                }
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

    private func watch(_ input: AsyncStream<Input>.Continuation) async {
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

    // MARK: - Writing

    private func perform(_ patch: ServicePatch, _ input: AsyncStream<Input>.Continuation) async {
        let key = WriteKey.service(patch.service)
        do throws(RequestFailure) {
            let service = try await client.patch(
                .services, patch.service, subresource: "status", manager: ControllerService.manager,
                body: PatchBody.of(patch))
            input.yield(.event(.finished(key, .done(service))))
        } catch {
            fail(key, error, "\(patch.service)", input)
        }
    }

    private func perform(_ patch: ConfigurationPatch, _ input: AsyncStream<Input>.Continuation) async {
        let key = WriteKey.configuration(patch.key)
        let request = APIRequest(
            .patch, verb: "patch", resource: "\(patch.key.plural)/status",
            path: patch.key.path(version: patch.version) + "/status",
            query: [.init("fieldManager", ControllerService.manager)], contentType: APIRequest.Patch.merge.rawValue,
            body: PatchBody.of(patch))
        do throws(RequestFailure) {
            try await client.send(request)
            input.yield(.event(.finished(key, .done(nil))))
        } catch {
            fail(key, error, "\(patch.key.kind) \(patch.key.name)", input)
        }
    }

    private func fail(
        _ key: WriteKey, _ failure: RequestFailure, _ object: String, _ input: AsyncStream<Input>.Continuation
    ) {
        input.yield(.event(.finished(key, outcome(of: failure, object))))
        if failure.mayBeOutage { input.yield(.unanswered) }
    }

    private func outcome(of failure: RequestFailure, _ object: String) -> WriteOutcome {
        if failure.isConflict { return .conflict }
        if failure.isNotFound { return .gone }
        logger.warning("cannot write the status of \(object): \(failure.message)")
        guard !failure.isFinal else { return .refused(failure.message) }
        return .failed(failure.message, pause: failure.retryAfter)
    }

    private func log(_ change: AssignmentChange) {
        // What a Service had already is no news after a change of leaders.
        guard change.status != .keep || !change.releases.isEmpty || change.assignment?.reason != nil else { return }
        for line in change.lines {
            logger.log(
                level: line.isWarning ? .warning : .notice, "\(line.text)", metadata: ["service": "\(change.service)"])
        }
    }
}

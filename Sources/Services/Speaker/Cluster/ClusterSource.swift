import ClusterConfiguration
import ClusterDecisions
import ClusterFeed
import KubernetesAPI
import KubernetesClient
import KubernetesModel
import Logging
import Recording
import RecordingFile
import ServiceLifecycle
import Synchronization
import SystemIO
import Timing

/// Feeds a speaker from a cluster: the shell around ``ClusterView``.
///
/// When the API server goes, everything stays as it was. When it is not there at the start, what was known before the
/// restart is announced after ``patience``; what has changed since follows when it is back.
package final class ClusterSource: ServiceLifecycle.Service {
    /// How long the API server is waited for at the start, when something is known from before.
    package static let patience = Duration.seconds(3)
    /// The state is saved at most so often, and less often where that takes more than a fiftieth of the time.
    private static let savingPause = Duration.seconds(5)

    private let client: KubernetesClient
    private let speaker: SpeakerService
    private let store: ClusterStore
    private let recorder: Recorder?
    private let logger: Logger
    private let viewStore: ClusterViewStore
    private let heartbeat = Heartbeat("cluster")
    /// The Secrets to follow, after each change of them.
    private let secretNames: AsyncStream<Set<NamespacedName>>
    private let wantSecrets: AsyncStream<Set<NamespacedName>>.Continuation

    /// Services whose slices are to be asked for.
    private let fetchNames: AsyncStream<NamespacedName>
    private let fetches: AsyncStream<NamespacedName>.Continuation
    /// An element after each change of what is to be saved.
    private let savings: AsyncStream<Void>
    private let saving: AsyncStream<Void>.Continuation

    package init(
        client: KubernetesClient, speaker: SpeakerService, store: ClusterStore, namespace: String,
        loadBalancerClass: String?, recorder: Recorder? = nil, logger: Logger
    ) {
        self.client = client
        self.speaker = speaker
        self.store = store
        self.recorder = recorder
        self.logger = logger
        recorder?.record(
            UptimeClock.now, .viewStarted(namespace: namespace, loadBalancerClass: loadBalancerClass), .nothing)
        viewStore = ClusterViewStore(ClusterView(namespace: namespace, loadBalancerClass: loadBalancerClass))
        (secretNames, wantSecrets) = AsyncStream.makeStream(
            of: Set<NamespacedName>.self, bufferingPolicy: .bufferingNewest(1))
        // Unbounded: few, and none may be missed.
        (fetchNames, fetches) = AsyncStream.makeStream(of: NamespacedName.self)
        (savings, saving) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.watch() }
                group.addTask { await self.followSecrets() }
                group.addTask { await self.fetchSlices() }
                group.addTask { await self.saveChanges() }
                group.addTask { await self.restoreAfterPatience() }
                group.addTask { await self.beat() }
            }
        }
        let view = await viewStore.finish()
        if view.isComplete { save(view) }
    }

    /// Shows that the view takes in events.
    private func beat() async {
        while !Task.isCancelled {
            _ = await viewStore.current
            heartbeat.beat()
            try? await Task.sleep(for: Heartbeat.slowInterval)
        }
    }

    /// Why the process should be restarted, a sentence each: the view of the cluster if it takes in nothing.
    package var deadLoops: [String] { [heartbeat.problem].compactMap(\.self) }

    /// What is known; `nil` once the source has stopped.
    package func view() async -> ClusterView? { await viewStore.current }

    /// Takes in an event and passes on what follows from it. The sender of events waits until each has been taken in, so
    /// none pile up: a watch reads no faster than this.
    private func take(_ event: ClusterView.Event) async {
        let known = UptimeClock.now
        await viewStore.take(event) { [logger, recorder, speaker, fetches, saving, wantSecrets] step in
            // Before the speaker can say that it took the update.
            recorder?.record(known, .viewed(event), .viewed(step.outcome))
            if step.isNowComplete { logger.notice("the view of the cluster is complete") }
            if let secrets = step.wantedSecrets { wantSecrets.yield(secrets) }
            speaker.apply(step.outcome.update, since: known)
            for name in step.outcome.fetches { fetches.yield(name) }
            if step.outcome.mustSave { saving.yield() }
        }
    }

    // MARK: - Watching

    private func watch() async {
        await withTaskGroup(of: Void.self) { group in
            let client = client
            group.addTask {
                await ConfigurationWatches(client) { await self.take(.configuration($0, $1)) }.run()
            }
            group.addTask { await client.watch(.nodes) { await self.take(.node($0)) } }
            // Slices are matched to known Services: so those come first.
            let (services, servicesReady) = AsyncStream.makeStream(of: Void.self)
            group.addTask {
                await client.watch(.services, .init(fieldSelector: "spec.type=LoadBalancer")) { event in
                    await self.take(.service(event))
                    if case .ready = event { servicesReady.finish() }
                }
            }
            group.addTask {
                for await _ in services {}
                await client.watch(.endpointSlices) { await self.take(.endpointSlice($0)) }
            }
        }
    }

    /// Follows the Secrets that are named, each separately; starts again when others are.
    private func followSecrets() async {
        var wanted = await nextSecretNames()
        while let names = wanted {
            // A group for each set: one that was cancelled begins nothing more.
            wanted = await withTaskGroup(of: Set<NamespacedName>?.self) { group in
                let pending = PendingSecrets(names)
                for name in names {
                    group.addTask {
                        await self.follow(name, pending)
                        return nil
                    }
                }
                group.addTask { await self.nextSecretNames() }
                // The others end when they are cancelled, and not before.
                let next = await group.next() ?? nil
                group.cancelAll()
                return next
            }
        }
    }

    /// The Secrets to follow, once they are others; `nil` at the end.
    private func nextSecretNames() async -> Set<NamespacedName>? {
        for await names in secretNames { return names }
        return nil
    }

    private func follow(_ name: NamespacedName, _ pending: PendingSecrets) async {
        // An object with a Secret that is missing, or not readable, delays no other.
        await read(name)
        if pending.isLast(name) { await take(.secret(.ready)) }
        let scope = APIRequest.Scope(namespace: name.namespace, fieldSelector: "metadata.name=\(name.name)")
        await client.watch(.secrets, scope) { event in
            if case .ready = event { return }
            await self.take(.secret(event))
        }
    }

    /// Reads a Secret once, until the API server has given an answer of any kind.
    private func read(_ name: NamespacedName) async {
        while !Task.isCancelled {
            do throws(RequestFailure) {
                let secret = try await client.get(.secrets, name)
                return await take(.secret(.initial(secret)))
            } catch {
                if error.isFinal { return }
                await client.pause(after: error)
            }
        }
    }

    // MARK: - What was known

    private func restoreAfterPatience() async {
        do { try await Task.sleep(for: ClusterSource.patience) } catch { return }
        guard let view = await view(), !view.isComplete, let saved = restore() else { return }
        await take(.restored(saved))
    }

    private func restore() -> SavedCluster? {
        let (saved, warning) = store.load()
        if let warning { logger.warning("\(warning)") }
        if saved != nil { logger.warning("\(client.server) does not answer yet: announcing the last known state") }
        return saved
    }

    /// Slices of Services that became of interest after their slices had come.
    private func fetchSlices() async {
        for await name in fetchNames {
            let scope = APIRequest.Scope(
                namespace: name.namespace, labelSelector: "\(EndpointSlice.serviceNameLabel)=\(name.name)")
            while !Task.isCancelled {
                do throws(RequestFailure) {
                    await take(.fetched(name, try await client.list(.endpointSlices, scope)))
                    break
                } catch { await client.pause(after: error) }
            }
        }
    }

    private func saveChanges() async {
        for await _ in savings {
            let begun = UptimeClock.now
            if let view = await view(), view.isComplete { save(view) }
            // What was read and written in one go was many times what is kept of it.
            HeapMemory.returnUnused()
            let took = begun.duration(to: UptimeClock.now)
            try? await Task.sleep(for: max(ClusterSource.savingPause, took * 50))
        }
    }

    private func save(_ view: ClusterView) {
        do {
            try store.save(view.saved)
        } catch {
            logger.warning("\(error): after a restart without the API server, this node would announce an older state")
        }
    }
}

/// What is known of the cluster, which several watches change: one event at a time.
private actor ClusterViewStore {
    /// What came of an event.
    struct Step {
        var outcome: ClusterView.Outcome
        /// Whether nothing is missing any more, for the first time.
        var isNowComplete: Bool
        /// The Secrets that are named, if they are others than before.
        var wantedSecrets: Set<NamespacedName>?
    }

    private var view: ClusterView
    private var wantedSecrets: Set<NamespacedName> = []
    private var isFinished = false

    init(_ view: ClusterView) { self.view = view }

    /// `nil` once it is finished.
    var current: ClusterView? { isFinished ? nil : view }

    /// - Parameter follow: passes on what came of the event, before the next one is taken in.
    func take(_ event: ClusterView.Event, follow: @Sendable (Step) -> Void) {
        guard !isFinished else { return }
        let wasComplete = view.isComplete
        var step = Step(outcome: view.handle(event), isNowComplete: false)
        step.isNowComplete = view.isComplete && !wasComplete
        switch event {
        case .configuration(.peer, _), .configuration(.bfdProfile, _):
            let wanted = view.wantedSecrets
            if wanted != wantedSecrets {
                wantedSecrets = wanted
                step.wantedSecrets = wanted
            }
        default: break
        }
        follow(step)
    }

    /// What was known last; from now on nothing is taken in.
    func finish() -> ClusterView {
        isFinished = true
        return view
    }
}

/// Which Secrets were not read yet.
private final class PendingSecrets: Sendable {
    private let names: Mutex<Set<NamespacedName>>

    init(_ names: Set<NamespacedName>) { self.names = Mutex(names) }

    /// One was read; whether it was the last.
    func isLast(_ name: NamespacedName) -> Bool {
        names.withLock { names in
            names.remove(name)
            return names.isEmpty
        }
    }
}

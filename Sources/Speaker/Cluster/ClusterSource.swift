import ClusterConfiguration
import KubernetesClient
import KubernetesModel
import Logging
import ServiceLifecycle
import Synchronization
import SystemIO
import Timing

/// Feeds a speaker from a cluster: the shell around ``ClusterView``.
///
/// When the API server goes, everything stays as it was. When it is not there at the start, what was known before the
/// restart is announced after ``patience``; what has changed since follows when it is back.
package final class ClusterSource: ServiceLifecycle.Service {
    private enum Input: Sendable {
        case event(ClusterView.Event)
        case outOfPatience
        case asked(CheckedContinuation<ClusterView?, Never>)
    }

    /// How long the API server is waited for at the start, when something is known from before.
    package static let patience = Duration.seconds(3)
    /// The state is saved at most so often.
    private static let savingPause = Duration.seconds(5)

    private let client: KubernetesClient
    private let speaker: SpeakerService
    private let store: ClusterStore
    private let namespace: String
    private let loadBalancerClass: String?
    private let logger: Logger
    private let inputs: AsyncStream<Input>
    private let input: AsyncStream<Input>.Continuation
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
        loadBalancerClass: String?, logger: Logger
    ) {
        self.client = client
        self.speaker = speaker
        self.store = store
        self.namespace = namespace
        self.loadBalancerClass = loadBalancerClass
        self.logger = logger
        // Unbounded: each is a change that would be missed.
        (inputs, input) = AsyncStream.makeStream(of: Input.self)
        (secretNames, wantSecrets) = AsyncStream.makeStream(
            of: Set<NamespacedName>.self, bufferingPolicy: .bufferingNewest(1))
        // Unbounded: few, and none may be missed.
        (fetchNames, fetches) = AsyncStream.makeStream(of: NamespacedName.self)
        (savings, saving) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    package func run() async throws {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.watch() }
            group.addTask { await self.followSecrets() }
            group.addTask { await self.fetchSlices() }
            group.addTask { await self.saveChanges() }
            group.addTask { [input] in
                try? await Task.sleep(for: ClusterSource.patience)
                input.yield(.outOfPatience)
            }
            await handleInputs()
            group.cancelAll()
        }
    }

    /// What is known; `nil` once the source has stopped.
    package func view() async -> ClusterView? {
        await withCheckedContinuation { answer in
            if case .terminated = input.yield(.asked(answer)) { answer.resume(returning: nil) }
        }
    }

    // MARK: - Watching

    private func watch() async {
        let input = input
        await withTaskGroup(of: Void.self) { group in
            let client = client
            group.addTask {
                await ConfigurationWatches(client) { change, kinds in
                    input.yield(.event(.configuration(change, kinds)))
                }.run()
            }
            group.addTask { await client.watch(.nodes) { input.yield(.event(.node($0))) } }
            // Slices are told apart by the Services that are known: so those come first.
            let (services, servicesReady) = AsyncStream.makeStream(of: Void.self)
            group.addTask {
                await client.watch(.services, .init(fieldSelector: "spec.type=LoadBalancer")) { event in
                    input.yield(.event(.service(event)))
                    if case .ready = event { servicesReady.finish() }
                }
            }
            group.addTask {
                for await _ in services {}
                await client.watch(.endpointSlices) { input.yield(.event(.endpointSlice($0))) }
            }
        }
    }

    /// Follows the Secrets that are named, each by itself; begins anew when other ones are.
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
        let (client, input) = (client, input)
        // Whoever names a Secret that is not there, or not to be read, keeps nobody else waiting.
        await ClusterSource.read(name, client, input)
        if pending.isLast(name) { input.yield(.event(.secret(.ready))) }
        let scope = APIRequest.Scope(namespace: name.namespace, fieldSelector: "metadata.name=\(name.name)")
        await client.watch(.secrets, scope) { event in
            if case .ready = event { return }
            input.yield(.event(.secret(event)))
        }
    }

    /// Reads a Secret once, until the API server has given an answer of any kind.
    private static func read(
        _ name: NamespacedName, _ client: KubernetesClient, _ input: AsyncStream<Input>.Continuation
    ) async {
        while !Task.isCancelled {
            do throws(RequestFailure) {
                input.yield(.event(.secret(.initial(try await client.get(.secrets, name)))))
                return
            } catch {
                if error.isFinal { return }
                try? await Task.sleep(for: .seconds(1))
            }
        }
    }

    // MARK: - The loop

    private func handleInputs() async {
        var view = ClusterView(namespace: namespace, loadBalancerClass: loadBalancerClass)
        var wanted: Set<NamespacedName> = []
        for await next in inputs.cancelOnGracefulShutdown() {
            let event: ClusterView.Event
            switch next {
            case .event(let told): event = told
            case .outOfPatience:
                guard !view.isComplete, let saved = restore() else { continue }
                event = .restored(saved)
            case .asked(let continuation):
                continuation.resume(returning: view)
                continue
            }
            let known = UptimeClock.now
            let wasComplete = view.isComplete
            let outcome = view.handle(event)
            switch event {
            case .configuration(.peer, _), .configuration(.bfdProfile, _):
                let now = view.wantedSecrets
                if now != wanted {
                    wanted = now
                    wantSecrets.yield(now)
                }
            default: break
            }
            if view.isComplete, !wasComplete { logger.notice("the view of the cluster is complete") }
            speaker.apply(outcome.update, since: known)
            for name in outcome.fetches { fetches.yield(name) }
            if outcome.mustSave { saving.yield() }
        }
        input.finish()
        wantSecrets.finish()
        fetches.finish()
        saving.finish()
        // Whoever still waits for an answer gets it.
        for await next in inputs { if case .asked(let continuation) = next { continuation.resume(returning: view) } }
        if view.isComplete { save(view) }
    }

    private func restore() -> SavedCluster? {
        let (saved, warning) = store.load()
        if let warning { logger.warning("\(warning)") }
        if saved != nil { logger.warning("\(client.server) does not answer yet: announcing what was last known") }
        return saved
    }

    /// Slices of Services that became of interest after their slices had come.
    private func fetchSlices() async {
        for await name in fetchNames {
            let scope = APIRequest.Scope(
                namespace: name.namespace, labelSelector: "\(EndpointSlice.serviceNameLabel)=\(name.name)")
            while !Task.isCancelled {
                do throws(RequestFailure) {
                    input.yield(.event(.fetched(name, try await client.list(.endpointSlices, scope))))
                    break
                } catch { try? await Task.sleep(for: .seconds(1)) }
            }
        }
    }

    private func saveChanges() async {
        for await _ in savings {
            if let view = await view(), view.isComplete { save(view) }
            try? await Task.sleep(for: ClusterSource.savingPause)
        }
    }

    private func save(_ view: ClusterView) {
        do {
            try store.save(view.saved)
        } catch {
            logger.warning("\(error): a restart without the API server would know an older state")
        }
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

import ArgumentParser
import ClusterConfiguration
import Foundation
import KubernetesClient
import KubernetesModel
import Logging
import NetworkIO
import Presentation
import RecordingFile
import ServiceLifecycle
import Speaker
import Synchronization
import SystemIO
import Telemetry
import Timing
import UnixSignals
import WireIdentity

struct SpeakerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "speaker",
        abstract: "Announces the addresses of a cluster's Services from this node, until stopped.",
        discussion: """
            One runs on every node. It continues to announce while the API server is down, also after a restart: \
            the last known state is kept in the state directory.

            Needs CAP_NET_RAW for ARP and NDP, and CAP_NET_BIND_SERVICE for passive BGP peers. On SIGTERM it lets other nodes \
            take over, then exits.

            Example:
              martlet speaker --node-name "$(hostname)" --kubeconfig ~/.kube/config
            """)

    @Option(
        help: ArgumentHelp("The name of this node. Default: the environment variable NODE_NAME.", valueName: "name"))
    var nodeName: String?

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var segment: SpeakerOptions
    @OptionGroup var recording: RecordingOptions
    @OptionGroup var serving: ServingOptions

    @Option(
        help: ArgumentHelp("The directory for the last known state of the cluster.", valueName: "dir"))
    var stateDir = "/var/lib/martlet"

    @Flag(help: "Start without CAP_NET_RAW, for a node that announces only by BGP.") var noLayer2 = false

    func validate() throws {
        guard let node, !node.isEmpty else {
            throw ValidationError("Name this node with --node-name, or in NODE_NAME.")
        }
    }

    private var node: String? { nodeName ?? ProcessInfo.processInfo.environment["NODE_NAME"] }

    func run() async throws { try await serving.run(serve) }

    /// Asks which cluster this is, and says meanwhile that it has to be known first; `nil`: stopped before it was.
    private func findCluster(_ finder: ClusterIdentityFinder, _ logger: Logger) async throws -> String? {
        let obstacle = Mutex("the identity of the cluster is not known yet")
        let search = ClusterIdentitySearch(finder: finder) { text in obstacle.withLock { $0 = text } }
        try await serving.serve(
            [.init(service: search, successTerminationBehavior: .gracefullyShutdownGroup)],
            routes: [.health(), .readiness { [obstacle.withLock { $0 }] }], registry: PrometheusRegistry(),
            logger: logger)
        if let uid = search.found { finder.remember(uid) }
        return search.found
    }

    private func serve(_ logger: Logger) async throws {
        let started = Timestamp.now
        if noLayer2 {
            logger.notice("--no-layer2: ARP and NDP are not answered from this node")
        } else {
            try Privileges.check()
        }
        let registry = PrometheusRegistry()
        let (history, tell) = AsyncStream.makeStream(
            of: EventEntry.self, bufferingPolicy: .bufferingNewest(ServiceEventWriter.backlog))
        let events = EventLog { tell.yield($0) }
        let access = ClusterAccess(registry, logger)
        let client = try cluster.client(access.observer)
        let directory = try StateDirectory(path: stateDir, patience: .seconds(2))
        let store = ClusterStore(directory)
        let finder = ClusterIdentityFinder(client: client, directory: directory, logger: logger)
        let remembered = finder.remembered()
        var known = remembered
        if known == nil { known = try await findCluster(finder, logger) }
        guard let uid = known else {
            await client.close()
            return
        }
        let credentials = try segment.credentials(of: ClusterIdentity(name: uid), in: directory, logger: logger)
        let recorder = try recording.begin(node: node ?? "", logger: logger)
        // An earlier pod may have left routes standing in routers; what it kept, it took with it.
        let speaker = try SpeakerService(
            node: node ?? "", isRestarting: true, layer2: segment.layer2(credentials),
            liveness: segment.liveness(credentials), nodePolicy: segment.nodes.policy,
            metrics: SpeakerMetrics(registry), events: events, recorder: recorder, logger: logger)
        let source = ClusterSource(
            client: client, speaker: speaker, store: store, namespace: cluster.namespace,
            loadBalancerClass: cluster.loadBalancerClass, recorder: recorder, logger: logger)
        let reporter = SpeakerReporter(
            node: node ?? "", started: started, source: source, speaker: speaker, access: access, events: events)
        let inherited = SpeakerPublisher.readAddresses(of: node ?? "", in: cluster.namespace, client)
        let publisher = SpeakerPublisher(
            client: client, namespace: cluster.namespace, node: node ?? "", reporter: reporter, inherited: inherited,
            logger: logger)
        let writer = ServiceEventWriter(
            recorder: EventRecorder(
                client, controller: SpeakerReport.eventReporter, instance: node ?? "", logger: logger),
            source: source, history: history, inherited: inherited)
        logger.notice(
            "martlet \(Version.text) speaker",
            metadata: [LogKey.node: "\(node ?? "")", LogKey.server: "\(client.server)"])
        // What announces is stopped last, after what is known and what is reported.
        try await serving.serve(
            [
                speaker, source, writer, publisher, ClusterIdentityCheck(finder: finder, remembered: remembered),
            ], reporter: reporter, deadLoops: { speaker.deadLoops + source.deadLoops },
            routes: [.rebalance { await speaker.rebalance() }], registry: registry, events: events,
            apiServer: client.server, logger: logger)
        recorder?.close()
        await client.close()
        logger.notice("all announcements withdrawn; exiting")
    }
}

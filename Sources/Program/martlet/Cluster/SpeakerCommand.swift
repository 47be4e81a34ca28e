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
        abstract: "Announces the addresses of a cluster's Services from this node, until it is stopped.",
        discussion: """
            One runs on every node. What is announced stays announced while the API server is gone, also across a restart: \
            what was last known is kept in the state directory.

            Needs CAP_NET_RAW for ARP and NDP, and CAP_NET_BIND_SERVICE for BGP peers that are passive. SIGTERM lets others \
            take over, then ends.

            Example:
              martlet speaker --node-name "$(hostname)" --kubeconfig ~/.kube/config
            """)

    @Option(help: ArgumentHelp("The name of this node; without it, NODE_NAME of the environment.", valueName: "name"))
    var nodeName: String?

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var segment: SpeakerOptions
    @OptionGroup var recording: RecordingOptions
    @OptionGroup var serving: ServingOptions

    @Option(
        help: ArgumentHelp("Where the last known state of the cluster is kept.", valueName: "dir"))
    var stateDir = "/var/lib/martlet"

    @Flag(help: "Start without CAP_NET_RAW, for a node that announces by BGP alone.") var noLayer2 = false

    func validate() throws {
        guard let node, !node.isEmpty else {
            throw ValidationError("Name this node with --node-name, or in NODE_NAME.")
        }
    }

    private var node: String? { nodeName ?? ProcessInfo.processInfo.environment["NODE_NAME"] }

    func run() async throws { try await serving.run(serve) }

    /// Asks which cluster this is, and says meanwhile that it has to be known first; `nil`: told to stop before it was.
    private func findCluster(_ finder: ClusterIdentityFinder, _ logger: Logger) async throws -> String? {
        let obstacle = Mutex("it is not known yet which cluster this is")
        let server = try await serving.bind(
            [.health(), .readiness { [obstacle.withLock { $0 }] }], PrometheusRegistry(), logger: logger)
        let search = ClusterIdentitySearch(finder: finder) { text in obstacle.withLock { $0 = text } }
        try await ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(
                        service: search, successTerminationBehavior: .gracefullyShutdownGroup),
                    .init(service: server),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        ).run()
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
        registry.collectProcess()
        registry.collectStatus { await reporter.document() }
        let server = try await serving.bind(
            [
                .health { speaker.deadLoops }, .readiness { await reporter.obstacles() }, .metrics(registry),
                .status { await reporter.document() }, .explanation { await reporter.explanation(of: $0) },
                .rebalance { await speaker.rebalance() }, .events(events), .eventsOfAddress(events),
            ], registry, apiServer: client.server, logger: logger)
        logger.notice(
            "martlet \(Version.text) speaker",
            metadata: [LogKey.node: "\(node ?? "")", "server": "\(client.server)"])
        // Stopped in the reverse order: HTTP, what is told, what is known, and last what announces.
        try await ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: speaker), .init(service: source), .init(service: writer), .init(service: publisher),
                    .init(service: server),
                    .init(service: ClusterIdentityCheck(finder: finder, remembered: remembered)),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        ).run()
        recorder?.close()
        await client.close()
        logger.notice("martlet has withdrawn everything and ends")
    }
}

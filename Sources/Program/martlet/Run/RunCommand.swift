import Addresses
import ArgumentParser
import ClusterConfiguration
import Controller
import Logging
import Manifests
import NetworkIO
import Presentation
import ServiceLifecycle
import Speaker
import Standalone
import SystemIO
import Telemetry
import Timing
import UnixSignals
import WireIdentity

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Assigns and announces addresses from manifests, without Kubernetes, until it is stopped.",
        discussion: """
            The manifests are watched: an edit takes effect at once, and touches nothing that it does not concern. A file \
            that cannot be read keeps its last good version in force.

            Needs CAP_NET_RAW, and CAP_NET_BIND_SERVICE for BGP peers that are passive. SIGHUP reads the manifests again; SIGTERM withdraws \
            everything and ends.

            Example:
              martlet run -f /etc/martlet/ --node "$(hostname)"
            """)

    @OptionGroup var input: InputOptions

    @Option(help: ArgumentHelp("The name of this node, as the Node objects have it.", valueName: "name"))
    var node: String

    @Option(
        help: ArgumentHelp("Where assignments are kept, so that they survive a restart.", valueName: "dir"))
    var stateDir = "/var/lib/martlet"

    @Option(
        help: ArgumentHelp(
            """
            The name of the cluster that this node belongs to, the same on all its nodes. Another cluster on the same segment \
            has another one.
            """, valueName: "name"))
    var cluster = SpeakerCredentials.defaultCluster

    @OptionGroup var segment: SpeakerOptions
    @OptionGroup var serving: ServingOptions

    func validate() throws {
        guard !node.isEmpty else { throw ValidationError("--node: the name of a node is not empty") }
        guard !cluster.isEmpty else { throw ValidationError("--cluster: the name of a cluster is not empty") }
        guard input.filenames.allSatisfy({ $0 != "-" }) else {
            throw ValidationError("-f -: standard input cannot be watched; write the manifests to a file")
        }
    }

    func run() async throws { try await serving.run(serve) }

    private func serve(_ logger: Logger) async throws {
        let started = Timestamp.now
        try Privileges.check()
        var source = try ManifestSource(paths: input.filenames)
        // Nobody can have been seen writing yet, and at first everything is read.
        guard case .whole(let first) = source.read(at: UptimeClock.now) else {
            throw Diagnostics.failure("a manifest is being written: start again when it is complete")
        }
        guard first.isComplete else {
            // Services that are missing only because their file cannot be read would lose their addresses.
            for problem in first.problems where problem.severity == .error { Diagnostics.say("\(problem)") }
            throw Diagnostics.failure(
                "not every manifest can be read, so nothing is started: mend them, or leave them out")
        }
        let directory = try StateDirectory(path: stateDir, patience: .seconds(2))
        let registry = PrometheusRegistry()
        let events = EventLog()
        let isRestarting = try directory.read(AssignmentStore.file) != nil
        let credentials = try segment.credentials(of: ClusterIdentity(name: cluster), in: directory, logger: logger)
        let speaker = try SpeakerService(
            node: node, isRestarting: isRestarting, layer2: segment.layer2(credentials),
            liveness: segment.liveness(credentials), nodePolicy: segment.nodes.policy,
            metrics: SpeakerMetrics(registry), events: events, logger: logger)
        let standalone = try StandaloneService(
            source: source, first: first, state: directory, speaker: speaker,
            metrics: StandaloneMetrics(registry), events: events, logger: logger)
        let reporter = StatusReporter(
            node: node, started: started, standalone: standalone, speaker: speaker, events: events)
        registry.collectProcess()
        registry.collectStatus { await reporter.document() }
        let server = try await serving.bind(
            [
                .health { speaker.deadLoops }, .readiness { await reporter.obstacles() }, .metrics(registry),
                .status { await reporter.document() }, .explanation { await reporter.explanation(of: $0) },
                .rebalance { await speaker.rebalance() }, .events(events), .eventsOfAddress(events),
            ], registry, logger: logger)
        logger.notice("martlet \(Version.text) runs", metadata: [LogKey.node: "\(node)"])
        // Stopped in the reverse order: HTTP, then what decides, and last what announces.
        try await ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: speaker), .init(service: standalone), .init(service: server)],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        ).run()
        standalone.close()
        logger.notice("martlet has withdrawn everything and ends")
    }
}

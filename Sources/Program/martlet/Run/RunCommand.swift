import Addresses
import ArgumentParser
import ClusterConfiguration
import Controller
import Logging
import Manifests
import NetworkIO
import Presentation
import RecordingFile
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
        abstract: "Assigns and announces addresses from manifests, without Kubernetes, until stopped.",
        discussion: """
            The manifests are watched: an edit takes effect at once and changes nothing else. If a file \
            cannot be read, its last valid version stays in force.

            Needs CAP_NET_RAW, and CAP_NET_BIND_SERVICE for passive BGP peers. SIGHUP reads the manifests again; SIGTERM withdraws \
            everything and exits.

            Example:
              martlet run -f /etc/martlet/ --node "$(hostname)"
            """)

    @OptionGroup var input: InputOptions

    @Option(help: ArgumentHelp("The name of this node, as in the Node objects.", valueName: "name"))
    var node: String

    @Option(
        help: ArgumentHelp("The directory for assignments, so that they survive a restart.", valueName: "dir"))
    var stateDir = "/var/lib/martlet"

    @Option(
        help: ArgumentHelp(
            """
            The name of this node's cluster, the same on all its nodes. Another cluster on the same segment \
            needs another name.
            """, valueName: "name"))
    var cluster = SpeakerCredentials.defaultCluster

    @OptionGroup var segment: SpeakerOptions
    @OptionGroup var recording: RecordingOptions
    @OptionGroup var serving: ServingOptions

    func validate() throws {
        guard !node.isEmpty else { throw ValidationError("--node: the name must not be empty") }
        guard !cluster.isEmpty else { throw ValidationError("--cluster: the name must not be empty") }
        guard input.filenames.allSatisfy({ $0 != "-" }) else {
            throw ValidationError("-f -: standard input cannot be watched; write the manifests to a file")
        }
    }

    func run() async throws { try await serving.run(serve) }

    private func serve(_ logger: Logger) async throws {
        let started = Timestamp.now
        try Privileges.check()
        var source = try ManifestSource(paths: input.filenames)
        // No writer can have been seen yet, and at first everything is read.
        guard case .whole(let first) = source.read(at: UptimeClock.now) else {
            throw Diagnostics.failure("a manifest is being written: start again when it is complete")
        }
        guard first.isComplete else {
            // Services that are missing only because their file cannot be read would lose their addresses.
            for problem in first.problems where problem.severity == .error { Diagnostics.say("\(problem)") }
            throw Diagnostics.failure(
                "not every manifest can be read, so nothing is started: fix them, or leave them out")
        }
        let directory = try StateDirectory(path: stateDir, patience: .seconds(2))
        let registry = PrometheusRegistry()
        let events = EventLog()
        let isRestarting = try directory.read(AssignmentStore.file) != nil
        let credentials = try segment.credentials(of: ClusterIdentity(name: cluster), in: directory, logger: logger)
        let recorder = try recording.begin(node: node, logger: logger)
        let speaker = try SpeakerService(
            node: node, isRestarting: isRestarting, layer2: segment.layer2(credentials),
            liveness: segment.liveness(credentials), nodePolicy: segment.nodes.policy,
            metrics: SpeakerMetrics(registry), events: events, recorder: recorder, logger: logger)
        let standalone = try StandaloneService(
            source: source, first: first, state: directory, speaker: speaker,
            metrics: StandaloneMetrics(registry), events: events, recorder: recorder, logger: logger)
        let reporter = StatusReporter(
            node: node, started: started, standalone: standalone, speaker: speaker, events: events)
        logger.notice("martlet \(Version.text) started", metadata: [LogKey.node: "\(node)"])
        // What announces is stopped last.
        try await serving.serve(
            [speaker, standalone], reporter: reporter, deadLoops: { speaker.deadLoops + standalone.deadLoops },
            routes: [.rebalance { await speaker.rebalance() }], registry: registry, events: events, logger: logger)
        standalone.close()
        recorder?.close()
        logger.notice("all announcements withdrawn; exiting")
    }
}

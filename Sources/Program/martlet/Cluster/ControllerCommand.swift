import ArgumentParser
import ClusterConfiguration
import Controller
import Foundation
import KubernetesClient
import KubernetesModel
import Logging
import Presentation
import RecordingFile
import ServiceLifecycle
import SystemIO
import Telemetry
import Timing
import UnixSignals

struct ControllerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "controller",
        abstract: "Assigns addresses to the Services of a cluster, until stopped.",
        discussion: """
            Several can run: one leads, elected by a Lease, and another takes over when it stops. Needs no privileges on its \
            host. Its permissions in the cluster are in deploy/base.

            Example:
              martlet controller --kubeconfig ~/.kube/config
            """)

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var recording: RecordingOptions
    @OptionGroup var serving: ServingOptions

    @Option(
        help: ArgumentHelp(
            """
            The Secret in --namespace with the speakers' key (--liveness-key-file), under `key`; created with a new \
            key if it does not exist.
            """, valueName: "name"))
    var speakerKeySecret: String?

    func run() async throws { try await serving.run(serve) }

    private func serve(_ logger: Logger) async throws {
        let started = Timestamp.now
        let registry = PrometheusRegistry()
        let events = EventLog()
        let access = ClusterAccess(registry, logger)
        let client = try cluster.client(access.observer)
        let assignmentTime = registry.series(MetricNames.assignmentTime)
        let environment = ProcessInfo.processInfo.environment
        // Two processes of one host differ, and so does one from what it was before a restart.
        let identity =
            (environment["POD_NAME"] ?? ProcessInfo.processInfo.hostName)
            + "_" + String(UInt64.random(in: 0...UInt64.max), radix: 36)
        let recorder = try recording.begin(node: identity, logger: logger)
        let controller = ControllerService(
            client: client, namespace: cluster.namespace, identity: identity,
            loadBalancerClass: cluster.loadBalancerClass, recording: recorder, logger: logger,
            observe: { _, changes, duration in
                for change in changes {
                    assignmentTime.observe(duration / changes.count)
                    for event in EventEntry.events(of: change, node: nil, at: .now) { events.append(event) }
                }
            })
        let reporter = ControllerReporter(
            started: started, controller: controller, access: access, events: events)
        logger.notice("martlet \(Version.text) controller", metadata: [LogKey.server: "\(client.server)"])
        var services: [any ServiceLifecycle.Service] = [controller]
        if let speakerKeySecret {
            let name = NamespacedName(namespace: cluster.namespace, name: speakerKeySecret)
            services.append(SpeakerKeyMaker(client: client, name: name, logger: logger))
        }
        try await serving.serve(
            services, reporter: reporter, deadLoops: { controller.deadLoops }, registry: registry, events: events,
            apiServer: client.server, logger: logger)
        recorder?.close()
        await client.close()
        logger.notice("martlet controller stopped")
    }
}

import ArgumentParser
import ClusterConfiguration
import ClusterFeed
import Foundation
import KubernetesAPI
import KubernetesClient
import KubernetesModel
import Manifests
import Presentation
import SystemIO
import Timing

/// A cluster to look at, as kubectl finds it.
struct KubeconfigOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Read a cluster with this kubeconfig. Default, if no other source is given: KUBECONFIG, the pod's account, or ~/.kube/config.",
            valueName: "path"))
    var kubeconfig: String?

    @Option(
        help: ArgumentHelp("The context of the kubeconfig to use. Default: its current context.", valueName: "name"))
    var context: String?

    /// Whether a cluster was asked for explicitly.
    var isGiven: Bool { kubeconfig != nil || context != nil }

    /// Reads the cluster once. Its Secrets are not read.
    ///
    /// - Parameters:
    ///   - withEvents: also the history of its Services.
    ///   - labels: a label selector: only these Services are shown.
    func look(withEvents: Bool = false, labels: String? = nil) async throws -> ClusterSnapshot {
        let configuration = try ClientConfiguration.find(
            path: kubeconfig, context: context, environment: ProcessInfo.processInfo.environment)
        let unreadable = UnreadableObjects()
        let client = KubernetesClient(
            configuration, userAgent: "martlet/\(Version.text)", observer: ClientObserver { unreadable.note($0) })
        do {
            let reader = ClusterReader(client)
            var look = ClusterSnapshot()
            look.reading.state = try await reader.read()
            look.speakers = try await reader.readSpeakers(of: look.reading.state.nodes)
            if let labels { look.shown = try await reader.names(selectedBy: labels) }
            if withEvents {
                look.events = try await reader.readEvents()
                look.leadership = await leadership(look.speakers, reader)
            }
            look.taken = .now
            look.reading.problems = unreadable.problems
            await client.close()
            return look
        } catch {
            await client.close()
            throw error
        }
    }

    /// Who leads the controllers, in the namespace in which the speakers report. Without permission
    /// to read the Lease, the rest is still shown.
    private func leadership(_ speakers: [SpeakerReport], _ reader: ClusterReader) async -> LeadershipReport {
        do {
            let lease = try await reader.readControllerLease(
                in: speakers.first?.metadata.namespace ?? "martlet-system")
            return lease.map { .lease($0) } ?? .absent
        } catch {
            return .unreadable(error.message)
        }
    }
}

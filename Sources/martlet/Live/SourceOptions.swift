import ArgumentParser
import Foundation
import KubernetesModel
import Presentation
import SystemIO
import Timing

/// Where a command that shows what is finds it: one process, or what was saved of some.
struct SourceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The process to ask.", valueName: "url"),
        transform: { text in
            do { return try StatusClient(server: text) } catch { throw ValidationError("\(error)") }
        })
    var server: StatusClient?

    @Option(
        help: ArgumentHelp(
            "Instead of a process: a file that `martlet bundle` wrote, or - for standard input.",
            valueName: "file"))
    var bundle: String?

    /// How many sources are named.
    var count: Int { (server == nil ? 0 : 1) + (bundle == nil ? 0 : 1) }

    func requireOne() throws {
        guard count == 1 else {
            throw ValidationError("Name a process with --server URL, or a saved one with --bundle FILE.")
        }
    }

    /// None means the cluster of the kubeconfig.
    func requireAtMostOne(or cluster: KubeconfigOptions) throws {
        guard count + (cluster.isGiven ? 1 : 0) <= 1 else {
            throw ValidationError("Name one source: --kubeconfig PATH, --server URL or --bundle FILE.")
        }
    }

    /// What is known now, or was when the bundle was made, and when that is.
    func status(withEvents: Bool) async throws -> (status: ClusterStatus, moment: Timestamp) {
        if let bundle { return try BundleFile.read(bundle).status }
        guard let server else { return (ClusterStatus([]), .now) }
        let events = withEvents ? try await server.events().events : []
        return (ClusterStatus([try await server.status()], events: events), .now)
    }
}

import Addresses
import ArgumentParser
import Foundation
import KubernetesClient
import KubernetesModel
import Presentation
import SystemIO
import Timing

/// Where a command that shows what is finds it: one process, a cluster, or what was saved of some.
struct SourceOptions: ParsableArguments {
    /// What was named, or what is there.
    enum Place {
        case bundle(String)
        case process(StatusClient)
        case cluster
    }

    @Option(
        help: ArgumentHelp(
            "The process to ask. Default: MARTLET_SERVER, then the cluster of the kubeconfig, then \(StatusClient.local).",
            valueName: "url"),
        transform: { text in
            do { return try StatusClient(server: text) } catch { throw ValidationError("\(error)") }
        })
    var server: StatusClient?

    @Option(
        help: ArgumentHelp(
            "Instead of a process: a file written by `martlet bundle`, or - for standard input.",
            valueName: "file"))
    var bundle: String?

    /// How many sources are named.
    var count: Int { (server == nil ? 0 : 1) + (bundle == nil ? 0 : 1) }

    /// None means what ``place(or:)`` finds.
    func requireAtMostOne(or cluster: KubeconfigOptions) throws {
        guard count + (cluster.isGiven ? 1 : 0) <= 1 else {
            throw ValidationError("Give one source: --kubeconfig PATH, --server URL or --bundle FILE.")
        }
    }

    /// What was named; or else the process of MARTLET_SERVER, the cluster of a kubeconfig if there is one, and at last what
    /// listens on this host.
    func place(
        or cluster: KubeconfigOptions, environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> Place {
        if let bundle { return .bundle(bundle) }
        if let server { return .process(server) }
        if cluster.isGiven { return .cluster }
        if let named = try StatusClient.named(by: environment) { return .process(named) }
        if ClientConfiguration.isPresent(environment: environment) { return .cluster }
        return .process(
            try StatusClient(
                server: StatusClient.local,
                note: "there is no kubeconfig either: give one with --kubeconfig, or a process with --server"))
    }
}

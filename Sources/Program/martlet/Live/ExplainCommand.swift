import ArgumentParser
import ClusterDecisions
import KubernetesModel
import Manifests
import Presentation
import SystemIO
import Timing

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Shows every decision about one Service, from its type to the wire, and what to do.",
        discussion: """
            Reads a cluster, manifests or a saved bundle, or asks one process; changes nothing. For a cluster it shows \
            what the controller and the speakers have reported. Only speakers know which nodes they reach on a segment: \
            ask one with --server. Exit status 1: the Service has no address, no node announces it, or no report \
            confirms it.

            Examples:
              martlet explain default/web
              martlet explain -n shop svc/web
              martlet explain default/web --server http://127.0.0.1:7472
              martlet explain default/web -f manifests/
              martlet explain default/web --bundle martlet-bundle.json
            """)

    @Argument(
        help: ArgumentHelp(
            "The Service. svc/NAME or NAME is in the namespace of -n, or `default`.",
            valueName: "namespace/name"))
    var service: String

    @Option(name: .shortAndLong, help: "The namespace of the Service.") var namespace: String?

    @OptionGroup var cluster: KubeconfigOptions
    @OptionGroup var source: SourceOptions

    @Option(
        name: [.customShort("f"), .customLong("filename")],
        help: ArgumentHelp(
            "Manifests: a file, a directory, or - for standard input. Repeatable.", valueName: "path"))
    var filenames: [String] = []

    @Option(help: ArgumentHelp("From a cluster or manifests: only Services of this class.", valueName: "class"))
    var loadBalancerClass: String?

    @OptionGroup var nodes: NodeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        _ = try name
        guard source.count + (filenames.isEmpty ? 0 : 1) + (cluster.isGiven ? 1 : 0) <= 1 else {
            throw ValidationError("Give one source: --kubeconfig PATH, --server URL, -f PATH or --bundle FILE.")
        }
    }

    /// The Service that is meant.
    private var name: NamespacedName {
        get throws {
            do throws(TypedService.Failure) {
                return try TypedService.name(service, namespace: namespace)
            } catch {
                throw ValidationError("\(error)")
            }
        }
    }

    func run() async throws {
        let service = try name
        let document: ExplanationDocument
        var moment = Timestamp.now
        do {
            if !filenames.isEmpty {
                document =
                    OfflineDecisions(
                        ManifestReader.read(paths: filenames), loadBalancerClass: loadBalancerClass,
                        policy: nodes.policy
                    )
                    .explanation(of: service).document
            } else {
                switch try source.place(or: cluster) {
                case .bundle(let path): (document, moment) = try explanation(of: service, from: path)
                case .process(let server): document = try await server.explanation(of: service)
                case .cluster: document = try await explanationFromCluster(of: service)
                }
            }
        } catch {
            throw Diagnostics.failure("\(error)")
        }
        try output.print(document, now: moment)
        if !document.isWhole { throw ExitCode(1) }
    }

    private func explanationFromCluster(of service: NamespacedName) async throws -> ExplanationDocument {
        var look = try await cluster.look(withEvents: true)
        look.policy = nodes.policy
        let decisions = look.decisions(loadBalancerClass: loadBalancerClass)
        return look.explanation(of: service, decisions, look.history)
    }

    /// What a process said of the Service when the bundle was made; of others, what follows from the manifests in it.
    private func explanation(
        of service: NamespacedName, from bundle: String
    ) throws -> (document: ExplanationDocument, made: Timestamp) {
        let file = try BundleFile.read(bundle)
        if let saved = file.document.explanation(of: service.description) { return (saved, file.document.made) }
        let decisions = OfflineDecisions(
            try file.manifests(), loadBalancerClass: loadBalancerClass, policy: nodes.policy)
        return (decisions.explanation(of: service).document, file.document.made)
    }
}

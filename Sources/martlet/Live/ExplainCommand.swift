import ArgumentParser
import KubernetesModel
import Manifests
import Presentation
import SystemIO
import Timing

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Shows the whole chain of decisions for one Service, from its type to the wire, and what to do.",
        discussion: """
            Reads a cluster, manifests or a saved bundle, or asks one process, and touches nothing. Of a cluster it tells \
            what follows from its objects; who is heard on a segment only the speakers know, each for itself: ask one with \
            --server. Ends with status 1 if the chain is broken somewhere: the Service has no address, or nobody announces it.

            Examples:
              martlet explain default/web
              martlet explain default/web --server http://127.0.0.1:7472
              martlet explain default/web -f manifests/
              martlet explain default/web --bundle martlet-bundle.json
            """)

    @Argument(
        help: ArgumentHelp("The Service; without a namespace, of `default`.", valueName: "namespace/name"),
        transform: { text in
            guard let name = NamespacedName(text) else {
                throw ValidationError("`\(text)` does not name a Service: write NAMESPACE/NAME")
            }
            return NamespacedName(namespace: name.namespace ?? "default", name: name.name)
        })
    var service: NamespacedName

    @OptionGroup var cluster: KubeconfigOptions
    @OptionGroup var source: SourceOptions

    @Option(
        name: [.customShort("f"), .customLong("filename")],
        help: ArgumentHelp(
            "Manifests: a file, a directory, or - for standard input. Repeatable.", valueName: "path"))
    var filenames: [String] = []

    @Option(help: ArgumentHelp("Of a cluster or manifests: only Services of this class.", valueName: "class"))
    var loadBalancerClass: String?

    @OptionGroup var nodes: NodeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard source.count + (filenames.isEmpty ? 0 : 1) + (cluster.isGiven ? 1 : 0) <= 1 else {
            throw ValidationError("Name one source: --kubeconfig PATH, --server URL, -f PATH or --bundle FILE.")
        }
    }

    func run() async throws {
        let document: ExplanationDocument
        var moment = Timestamp.now
        if let bundle = source.bundle {
            let saved = try explanation(from: bundle)
            document = saved.document
            moment = saved.made
        } else if let server = source.server {
            do { document = try await server.explanation(of: service) } catch { throw Diagnostics.failure("\(error)") }
        } else {
            document =
                filenames.isEmpty
                ? try await explanationFromCluster()
                : OfflineDecisions(
                    ManifestReader.read(paths: filenames), loadBalancerClass: loadBalancerClass, policy: nodes.policy
                ).explanation(of: service).document
        }
        try output.print(document, now: moment)
        if !document.isWhole { throw ExitCode(1) }
    }

    private func explanationFromCluster() async throws -> ExplanationDocument {
        do {
            var look = try await cluster.look(withEvents: true)
            look.policy = nodes.policy
            let decisions = look.decisions(loadBalancerClass: loadBalancerClass)
            return look.explanation(of: service, decisions, look.history)
        } catch { throw Diagnostics.failure("\(error)") }
    }

    /// What a process said of the Service when the bundle was made; of others, what follows from the manifests in it.
    private func explanation(from bundle: String) throws -> (document: ExplanationDocument, made: Timestamp) {
        do {
            let file = try BundleFile.read(bundle)
            if let saved = file.document.explanation(of: service.description) { return (saved, file.document.made) }
            let decisions = OfflineDecisions(
                try file.manifests(), loadBalancerClass: loadBalancerClass, policy: nodes.policy)
            return (decisions.explanation(of: service).document, file.document.made)
        } catch {
            throw Diagnostics.failure("\(error)")
        }
    }
}

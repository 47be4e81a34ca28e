import ArgumentParser
import KubernetesModel
import Manifests
import Presentation

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Shows the whole chain of decisions for one Service, from its type to the wire, and what to do.",
        discussion: """
            Asks one process, or reads manifests and touches nothing. Ends with status 1 if the chain is broken somewhere: \
            the Service has no address, or nobody announces it.

            Examples:
              martlet explain default/web --server http://127.0.0.1:7472
              martlet explain default/web -f manifests/
            """)

    @Argument(
        help: ArgumentHelp("The Service; without a namespace, of `default`.", valueName: "namespace/name"),
        transform: { text in
            let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }) else {
                throw ValidationError("`\(text)` does not name a Service: write NAMESPACE/NAME")
            }
            return NamespacedName(namespace: parts.count == 2 ? parts[0] : "default", name: parts[parts.count - 1])
        })
    var service: NamespacedName

    @Option(
        help: ArgumentHelp("The process to ask.", valueName: "url"),
        transform: { text in
            do { return try StatusClient(server: text) } catch { throw ValidationError("\(error)") }
        })
    var server: StatusClient?

    @Option(
        name: [.customShort("f"), .customLong("filename")],
        help: ArgumentHelp(
            "Instead of a process: a file, a directory, or - for standard input. Repeatable.", valueName: "path"))
    var filenames: [String] = []

    @Option(help: ArgumentHelp("With -f: only Services of this class.", valueName: "class"))
    var loadBalancerClass: String?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (server == nil) != filenames.isEmpty else {
            throw ValidationError("Name a process with --server URL, or manifests with -f PATH.")
        }
    }

    func run() async throws {
        let document: ExplanationDocument
        if let server {
            do { document = try await server.explanation(of: service) } catch { throw Diagnostics.failure("\(error)") }
        } else {
            let reading = ManifestReader.read(paths: filenames)
            document = OfflineDecisions(reading, loadBalancerClass: loadBalancerClass).explanation(of: service).document
        }
        output.print(document)
        if !document.isWhole { throw ExitCode(1) }
    }
}

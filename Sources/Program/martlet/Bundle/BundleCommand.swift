import ArgumentParser
import ClusterConfiguration
import Foundation
import KubernetesClient
import KubernetesModel
import Manifests
import Presentation
import Recording
import SystemIO
import Timing

struct BundleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bundle",
        abstract:
            "Saves the current state of a cluster or of processes in one file, for a person to analyse elsewhere.",
        discussion: """
            The file is JSON: statuses, events, metrics, versions, the explanation of every Service, and the objects of the \
            cluster or of manifests. Secrets and passwords are replaced. `get`, `explain` and `plan` read it with --bundle, \
            offline.

            From a cluster it saves what `get` shows. Processes named with --server are asked too, and know \
            more. One that does not answer is noted. Exit status 1: nothing to save.

            Examples:
              martlet bundle
              martlet bundle --context production --server http://10.0.0.1:7472
              martlet bundle --server http://127.0.0.1:7472 -f /etc/martlet/
              martlet explain default/web --bundle martlet-bundle.json
            """)

    // Text: a default beside a `transform` crashes when the command is made (Swift 6.3.1).
    @Option(help: ArgumentHelp("A process to ask. Repeatable.", valueName: "url")) var server: [String] = []

    @Option(
        name: [.customShort("f"), .customLong("filename")],
        help: ArgumentHelp("A file or directory of manifests to include. Repeatable.", valueName: "path")
    )
    var filenames: [String] = []

    @OptionGroup var cluster: KubeconfigOptions

    @Option(help: ArgumentHelp("From a cluster: only Services of this class.", valueName: "class"))
    var loadBalancerClass: String?

    @Option(help: ArgumentHelp("A recording (run --record) to put in. Repeatable.", valueName: "file"))
    var recording: [String] = []

    @Option(help: ArgumentHelp("Where to write it, or - for standard output.", valueName: "file"))
    var to = "martlet-bundle.json"

    func validate() throws {
        guard filenames.isEmpty || !cluster.isGiven else {
            throw ValidationError("Give a cluster or manifests (-f), not both: a bundle has the objects of one.")
        }
        for text in server {
            do { _ = try StatusClient(server: text) } catch { throw ValidationError("\(error)") }
        }
    }

    func run() async throws {
        do {
            var server = server
            if server.isEmpty, filenames.isEmpty, recording.isEmpty, !cluster.isGiven {
                // As `get` does: the process that the environment names, else a cluster, else what listens here.
                let environment = ProcessInfo.processInfo.environment
                if let named = try StatusClient.named(by: environment) {
                    server = [named.server.absoluteString]
                } else if !ClientConfiguration.isPresent(environment: environment) {
                    server = [StatusClient.local]
                }
            }
            var processes: [BundleDocument.Process] = []
            for text in server {
                let client = try StatusClient(server: text)
                processes.append(await ask(client, text))
            }
            let reading = filenames.isEmpty ? nil : ManifestReader.read(paths: filenames)
            for problem in reading?.problems ?? [] where problem.severity == .error { Diagnostics.say("\(problem)") }
            var objects = try reading?.state.bundled() ?? []
            if cluster.isGiven || (server.isEmpty && filenames.isEmpty && recording.isEmpty) {
                let saved = try await cluster.look(withEvents: true).bundle(loadBalancerClass: loadBalancerClass)
                processes = saved.processes + processes
                objects = saved.objects
            }
            var document = BundleDocument(
                version: Version.text, made: .now, processes: processes, objects: objects)
            document.problems = (reading?.problems ?? []).map { ProblemEntry($0) }
            // Secrets of a cluster are not read.
            document.secretsAreUnknown = reading == nil
            document.recordings =
                recording.isEmpty
                ? nil
                : try recording.map { path in
                    let octets = try RegularFile.read(path, limit: 1 << 30)
                    do { _ = try RecordFraming.read(octets) } catch {
                        throw StatusClient.Failure(description: "\(path): \(error)")
                    }
                    return BundleDocument.RecordingFile(name: path, content: Data(octets).base64EncodedString())
                }
            guard
                processes.contains(where: { $0.status != nil }) || !document.objects.isEmpty
                    || !recording.isEmpty
            else {
                throw StatusClient.Failure(description: "there is nothing to save")
            }
            try write(document.json.text())
        } catch {
            throw Diagnostics.failure("\(error)")
        }
    }

    private func ask(_ client: StatusClient, _ source: String) async -> BundleDocument.Process {
        var process = BundleDocument.Process(source: source)
        do throws(StatusClient.Failure) {
            let status = try await client.status()
            process.status = status
            process.events = try await client.events()
            process.metrics = try await client.metrics()
            for assignment in status.assignments {
                guard let name = NamespacedName(namespaced: assignment.service) else { continue }
                // A Service may go meanwhile, and an older program may not explain.
                guard let explanation = try? await client.explanation(of: name) else { continue }
                process.explanations.append(explanation)
            }
        } catch {
            Diagnostics.say("\(error)")
            process.failure = error.description
        }
        return process
    }

    private func write(_ text: String) throws(SystemError) {
        guard to != "-" else {
            try OutputOptions.write(text)
            return
        }
        // No secret is in it, but a map of the network is: for its owner alone.
        try OutputFile.write(Array(text.utf8), to: to)
        try OutputOptions.write("\(to)\n")
    }
}

import ArgumentParser
import Presentation

struct GetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Shows pools, services, announcements, peers, speakers or routes, as one process has them now.",
        discussion: """
            Example:
              martlet get services --server http://127.0.0.1:7472
            """)

    @Argument(help: "What to show: \(Resource.allCases.map(\.rawValue).joined(separator: ", ")).") var resource:
        Resource

    @Option(
        help: ArgumentHelp("The process to ask.", valueName: "url"),
        transform: { text in
            do { return try StatusClient(server: text) } catch { throw ValidationError("\(error)") }
        })
    var server: StatusClient

    @OptionGroup var output: OutputOptions

    func run() async throws {
        do {
            let status = try await server.status()
            output.print(resource.list(from: ClusterStatus([status])))
        } catch {
            throw Diagnostics.failure("\(error)")
        }
    }
}

extension Resource: ExpressibleByArgument {}

import ArgumentParser
import Presentation

struct GetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract:
            "Shows pools, services, announcements, peers, speakers, routes or events, as one process has them now.",
        discussion: """
            Events are the last things that the process did or noticed, with the reasons, the newest at the end.

            Examples:
              martlet get services --server http://127.0.0.1:7472
              martlet get events default/web --server http://127.0.0.1:7472
            """)

    @Argument(help: "What to show: \(Resource.allCases.map(\.rawValue).joined(separator: ", ")).") var resource:
        Resource

    @Argument(
        help: ArgumentHelp("Only this one: a Service, a pool, a peer, a node or a prefix.", valueName: "name"))
    var name: String?

    @Option(
        help: ArgumentHelp("The process to ask.", valueName: "url"),
        transform: { text in
            do { return try StatusClient(server: text) } catch { throw ValidationError("\(error)") }
        })
    var server: StatusClient

    @OptionGroup var output: OutputOptions

    func run() async throws {
        do {
            let events = resource == .events ? try await server.events().events : []
            let status = ClusterStatus([try await server.status()], events: events)
            output.print(resource.list(from: status, filter: ResourceFilter(name: name)))
        } catch {
            throw Diagnostics.failure("\(error)")
        }
    }
}

extension Resource: ExpressibleByArgument {}

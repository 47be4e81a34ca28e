import ArgumentParser
import Foundation
import Presentation

struct RebalanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebalance",
        abstract: "Lets one node take over the addresses that it would own if owners did not stay.",
        discussion: """
            Owners stay where they are, also when a node comes, or comes back. This moves addresses to the node that is \
            asked, one after the other: each is answered for by its owner until the new one has announced it. Ask the \
            speaker of each node that is to have its share; it takes the request only from its own host.

            Example:
              martlet rebalance --server http://127.0.0.1:7472
              kubectl -n martlet-system exec ds/martlet-speaker -- martlet rebalance --server http://127.0.0.1:7472
            """)

    @Option(
        help: ArgumentHelp(
            "The speaker to ask; without it MARTLET_SERVER.", valueName: "url"),
        transform: { text in
            do { return try StatusClient(server: text) } catch { throw ValidationError("\(error)") }
        })
    var server: StatusClient?

    func validate() throws {
        guard server != nil || ProcessInfo.processInfo.environment[StatusClient.variable]?.isEmpty == false else {
            throw ValidationError("Name the speaker with --server URL, or in \(StatusClient.variable).")
        }
    }

    func run() async throws {
        do {
            try OutputOptions.write(try await (server ?? StatusClient.standard()).rebalance())
        } catch {
            throw Diagnostics.failure("\(error)")
        }
    }
}

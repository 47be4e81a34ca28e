import ArgumentParser
import Foundation
import Presentation

struct RebalanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebalance",
        abstract: "Moves to one node the addresses that it would own in a fresh election.",
        discussion: """
            Addresses do not move when a node joins or returns. This command moves them to the node that is \
            asked, one at a time: the old owner answers for each until the new one has announced it. Ask the \
            speaker of each node that should get its share. It accepts the request only from its own host.

            Example:
              martlet rebalance --server http://127.0.0.1:7472
              kubectl -n martlet-system exec ds/martlet-speaker -- martlet rebalance --server http://127.0.0.1:7472
            """)

    @Option(
        help: ArgumentHelp(
            "The speaker to ask. Default: MARTLET_SERVER.", valueName: "url"),
        transform: { text in
            do { return try StatusClient(server: text) } catch { throw ValidationError("\(error)") }
        })
    var server: StatusClient?

    func validate() throws {
        guard server != nil || ProcessInfo.processInfo.environment[StatusClient.variable]?.isEmpty == false else {
            throw ValidationError("Give the speaker with --server URL, or in \(StatusClient.variable).")
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

import ArgumentParser
import Presentation
import SystemIO
import Timing

struct TopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract:
            "Shows the current activity of a process: rates, sessions, reachable nodes and the latest events.",
        discussion: """
            On a terminal the screen is updated until interrupted. Otherwise plain text is printed once, after one \
            interval.

            Example:
              martlet top
              martlet top --server http://10.0.0.1:7472
            """)

    @Option(
        help: ArgumentHelp(
            "The process to ask. Default: MARTLET_SERVER, then http://127.0.0.1:7472.", valueName: "url"),
        transform: { text in
            do { return try StatusClient(server: text) } catch { throw ValidationError("\(error)") }
        })
    var server: StatusClient?

    @Option(help: ArgumentHelp("Seconds between updates, 1 to 3600.", valueName: "seconds"))
    var interval = 2

    /// Home, and away with what is there (ECMA-48 §8.3.21, CUP, and §8.3.39, ED).
    private static let clear = "\u{1B}[H\u{1B}[2J"

    func validate() throws {
        guard (1...3600).contains(interval) else {
            throw ValidationError("--interval: 1 to 3600 seconds")
        }
    }

    func run() async throws {
        do {
            let server = try server ?? StatusClient.standard()
            var former = try await server.status()
            var moment = UptimeClock.now
            repeat {
                try await Task.sleep(for: .seconds(interval))
                let status = try await server.status()
                let now = UptimeClock.now
                let terminal = Terminal.standardOutput
                let screen = TopScreen(
                    from: former, to: status, elapsed: moment.duration(to: now),
                    events: try await server.events().events, height: terminal?.height)
                let text = screen.lines(OutputOptions.layout(now: .now)).joined(separator: "\n")
                let isRead = try OutputOptions.write((terminal == nil ? "" : TopCommand.clear) + text + "\n")
                guard isRead else { return }
                (former, moment) = (status, now)
            } while Terminal.standardOutput != nil
        } catch {
            throw Diagnostics.failure("\(error)")
        }
    }
}

import ArgumentParser
import Logging
import Telemetry

/// What every long-running process is told: where it serves HTTP, and how it logs.
struct ServingOptions: ParsableArguments {
    // Text here and an endpoint below: a default beside a `transform` crashes when the command is made (Swift 6.3.1).
    @Option(
        help: ArgumentHelp("Where to serve /healthz, /readyz, /metrics and /v1/.", valueName: "address:port"))
    var http = "127.0.0.1:7472"

    @Option(help: "The form of log lines: text or json.") var logFormat = LogFormat.text
    @Option(help: "What to log: trace, debug, info, notice, warning, error or critical.") var logLevel = Logger.Level
        .info

    func validate() throws {
        do { _ = try HTTPEndpoint(http) } catch { throw ValidationError("--http: \(error)") }
    }

    /// Runs the process, and says why where it cannot.
    func run(_ serve: (Logger) async throws -> Void) async throws {
        LogSetup.bootstrap(format: logFormat, level: logLevel)
        do {
            try await serve(Logger(label: "martlet"))
        } catch let exit as ExitCode {
            throw exit
        } catch {
            throw Diagnostics.failure("\(error)")
        }
    }
}

extension LogFormat: ExpressibleByArgument {}

extension Logger.Level: @retroactive ExpressibleByArgument {}

import ArgumentParser
import Foundation
import Logging
import ServiceLifecycle
import Telemetry
import UnixSignals

/// Options of every long-running process: where it serves HTTP, and how it logs.
struct ServingOptions: ParsableArguments {
    // Text here and an endpoint below: a default beside a `transform` crashes when the command is made (Swift 6.3.1).
    @Option(
        help: ArgumentHelp("The address to serve /healthz, /readyz, /metrics and /v1/ on.", valueName: "address:port"))
    var http = "127.0.0.1:7472"

    @Option(
        help: ArgumentHelp(
            """
            Another name for this server in requests. Addresses, localhost, names without a dot and names of \
            Services and pods are always accepted; other names are rejected (DNS rebinding). Repeatable.
            """, valueName: "name"))
    var httpHost: [String] = []

    @Option(help: "The log format: text or json.") var logFormat = LogFormat.text
    @Option(help: "The log level: trace, debug, info, notice, warning, error or critical.") var logLevel = Logger.Level
        .info

    func validate() throws {
        do { _ = try HTTPEndpoint(http) } catch { throw ValidationError("--http: \(error)") }
        for name in httpHost where name.isEmpty || name.contains(where: { ":/ ".contains($0) }) {
            throw ValidationError("--http-host \(name): expected a name alone, such as api.example.com")
        }
    }

    /// Runs services, and answers by HTTP for them, until SIGTERM or SIGINT. They are stopped in the reverse order, after
    /// HTTP.
    ///
    /// - Parameters:
    ///   - deadLoops: why the process should be restarted, a sentence each.
    ///   - routes: beside those that every process has.
    ///   - apiServer: where the API server is; what comes through its proxy asks for its name.
    func serve(
        _ services: [any ServiceLifecycle.Service], reporter: some ProcessReporter,
        deadLoops: @escaping @Sendable () -> [String] = { [] }, routes: [HTTPRoute] = [],
        registry: PrometheusRegistry, events: EventLog, apiServer: String? = nil, logger: Logger
    ) async throws {
        registry.collectProcess()
        registry.collectStatus { await reporter.document() }
        try await serve(
            services.map { .init(service: $0) },
            routes: [
                .health(deadLoops), .readiness { await reporter.notReadyReasons() }, .metrics(registry),
                .status { await reporter.document() }, .explanation { await reporter.explanation(of: $0) },
                .events(events), .eventsOfAddress(events),
            ] + routes, registry: registry, apiServer: apiServer, logger: logger)
    }

    /// The same with these routes alone.
    func serve(
        _ services: [ServiceGroupConfiguration.ServiceConfiguration], routes: [HTTPRoute],
        registry: PrometheusRegistry, apiServer: String? = nil, logger: Logger
    ) async throws {
        let names = httpHost + [apiServer.flatMap { URL(string: $0)?.host() }].compactMap { $0 }
        let server = try await HTTPServer.bind(
            to: HTTPEndpoint(http), routes: routes, hosts: HTTPHosts(names), registry: registry, logger: logger)
        try await ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services + [.init(service: server)], gracefulShutdownSignals: [.sigterm, .sigint],
                logger: logger)
        ).run()
    }

    /// Runs the process, and says why where it cannot.
    func run(_ serve: (Logger) async throws -> Void) async throws {
        // HTTP alone has up to 144 connections.
        if let obstacle = Privileges.fileObstacle(needed: 224) { throw Diagnostics.failure(obstacle) }
        LogSetup.bootstrap(format: logFormat, level: logLevel)
        defer { LogSetup.flush() }
        do {
            try await serve(Logger(label: "martlet"))
        } catch let exit as ExitCode {
            throw exit
        } catch {
            LogSetup.flush()
            throw Diagnostics.failure("\(error)")
        }
    }
}

extension LogFormat: ExpressibleByArgument {}

extension Logger.Level: @retroactive ExpressibleByArgument {}

import Presentation

/// One endpoint: a path and what is answered there, to GET and HEAD.
package struct HTTPRoute: Sendable {
    package let path: String
    package let respond: @Sendable () async -> HTTPResponse

    package init(_ path: String, respond: @escaping @Sendable () async -> HTTPResponse) {
        self.path = path
        self.respond = respond
    }

    /// `/healthz`: 200 while the process is alive, 503 with a line for each reason why it should be restarted.
    package static func health(_ problems: @escaping @Sendable () async -> [String] = { [] }) -> HTTPRoute {
        HTTPRoute("/healthz") { verdict(await problems()) }
    }

    /// `/readyz`: 200 while the process does its job, 503 with a line for each reason why it does not.
    package static func readiness(_ problems: @escaping @Sendable () async -> [String]) -> HTTPRoute {
        HTTPRoute("/readyz") { verdict(await problems()) }
    }

    /// `/metrics`: Prometheus' text format.
    package static func metrics(_ registry: PrometheusRegistry) -> HTTPRoute {
        HTTPRoute("/metrics") {
            HTTPResponse(contentType: PrometheusRegistry.contentType, body: await registry.exposition())
        }
    }

    /// `/v1/status`: all that the process decided and knows.
    package static func status(_ document: @escaping @Sendable () async -> StatusDocument) -> HTTPRoute {
        HTTPRoute("/v1/status") { .json(await document()) }
    }

    private static func verdict(_ problems: [String]) -> HTTPResponse {
        problems.isEmpty ? .text("ok\n") : .text(problems.map { $0 + "\n" }.joined(), status: 503)
    }
}

import Addresses
import KubernetesModel
import Presentation

/// One endpoint: a path and what is answered there.
package struct HTTPRoute: Sendable {
    package enum Kind: Hashable, Sendable {
        /// To GET and HEAD, which change nothing.
        case question
        /// A question that is answered also where there is no room for others: cheap, and what restarts depend on.
        case health
        /// For POST, and only for clients on this host: only users who can run programs here may call it.
        case request
    }

    package let kind: Kind
    /// One that ends in a slash matches every path that starts with it.
    package let path: String
    /// Given what follows ``path``.
    package let respond: @Sendable (Substring) async -> HTTPResponse

    package init(
        _ path: String, kind: Kind = .question, respond: @escaping @Sendable () async -> HTTPResponse
    ) {
        self.kind = kind
        self.path = path
        self.respond = { _ in await respond() }
    }

    /// - Parameter prefix: ends in a slash; `respond` is given what follows it.
    package init(below prefix: String, respond: @escaping @Sendable (Substring) async -> HTTPResponse) {
        kind = .question
        path = prefix
        self.respond = respond
    }

    /// `/healthz`: 200 while the process is alive, 503 with a line for each reason why it should be restarted.
    package static func health(_ problems: @escaping @Sendable () async -> [String] = { [] }) -> HTTPRoute {
        HTTPRoute("/healthz", kind: .health) { verdict(await problems()) }
    }

    /// `/readyz`: 200 while the process does its job, 503 with a line for each reason why it does not.
    package static func readiness(_ problems: @escaping @Sendable () async -> [String]) -> HTTPRoute {
        HTTPRoute("/readyz", kind: .health) { verdict(await problems()) }
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

    /// `/v1/explain/NAMESPACE/NAME`: the chain of decisions for one Service.
    package static func explanation(
        _ document: @escaping @Sendable (NamespacedName) async -> ExplanationDocument?
    ) -> HTTPRoute {
        HTTPRoute(below: "/v1/explain/") { rest in
            guard let name = NamespacedName(namespaced: String(rest)) else {
                return .text("Write /v1/explain/NAMESPACE/NAME.\n", status: 404)
            }
            guard let document = await document(name) else { return .text("stopping\n", status: 503) }
            return .json(document)
        }
    }

    /// `POST /v1/rebalance`: addresses move to this node that would be its own if owners did not stay. Answers with how
    /// many, or `nil` if the process is stopping.
    package static func rebalance(_ begin: @escaping @Sendable () async -> Int?) -> HTTPRoute {
        HTTPRoute("/v1/rebalance", kind: .request) {
            guard let count = await begin() else { return .text("stopping\n", status: 503) }
            return .text("\(count) \(count == 1 ? "address moves" : "addresses move") here, one after the other.\n")
        }
    }

    /// `/v1/events`: what the process did and noticed last.
    package static func events(_ log: EventLog) -> HTTPRoute {
        HTTPRoute("/v1/events") { .json(log.document) }
    }

    /// `/v1/events/ADDRESS`: what is known of one address: which Services got and lost it, and what happened to it lately.
    package static func eventsOfAddress(_ log: EventLog) -> HTTPRoute {
        HTTPRoute(below: "/v1/events/") { rest in
            guard let address = try? IPAddress(String(rest)) else {
                return .text("Write /v1/events/ADDRESS, with an IPv4 or IPv6 address.\n", status: 404)
            }
            return .json(log.document(about: address))
        }
    }

    private static func verdict(_ problems: [String]) -> HTTPResponse {
        problems.isEmpty ? .text("ok\n") : .text(problems.map { $0 + "\n" }.joined(), status: 503)
    }
}

import FoundationEssentials

/// What the API server answers when something is wrong (meta/v1 Status).
package struct StatusAnswer: Decodable, Sendable {
    package struct Details: Decodable, Sendable {
        package var retryAfterSeconds: Int?
    }

    package var reason: String?
    package var message: String?
    package var code: Int?
    package var details: Details?

    /// The state that a watch asked for is not kept any more.
    package var isExpired: Bool { code == 410 || reason == "Expired" || reason == "Gone" }

    /// What a failed request comes to.
    package static func failure(
        code: Int, retryAfter: String?, body: [UInt8], to request: APIRequest
    ) -> RequestFailure {
        let status = try? JSONDecoder().decode(StatusAnswer.self, from: Data(body))
        let message = status?.message ?? "HTTP status \(code)"
        let seconds = retryAfter.flatMap { Int($0) } ?? status?.details?.retryAfterSeconds
        let what = "\(request.verb) \(request.resource)"
        let text =
            switch code {
            case 401:
                "authentication failed (401): the token or client certificate is missing, expired or for another cluster"
            case 403: "permission denied: \(message): grant the verb \(request.verb) on \(request.resource) by RBAC"
            case 404 where status?.reason == nil:
                "\(request.path) not found: this does not look like a Kubernetes API server"
            default: "\(what): \(message)"
            }
        return RequestFailure(
            .status(code, reason: status?.reason), text, retryAfter: seconds.map { .seconds(min(max($0, 0), 300)) })
    }
}

/// Why a request was not answered as it should have been.
package struct RequestFailure: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Cause: Hashable, Sendable {
        /// The API server answered with this status code and, where it gave one, Kubernetes' reason.
        case status(Int, reason: String?)
        /// It could not be reached, or the connection broke.
        case connection
        /// It could be reached, but not be trusted, or it did not trust us.
        case security
        /// Nothing came for too long.
        case timeout
        /// What came could not be understood.
        case answer
        /// The request could not be made: a credential is missing or cannot be read.
        case credentials
    }

    package var cause: Cause
    /// A sentence for a person, with the remedy where there is one. Holds no secret.
    package var message: String
    /// What the API server asks to wait before the next attempt.
    package var retryAfter: Duration?

    package init(_ cause: Cause, _ message: String, retryAfter: Duration? = nil) {
        self.cause = cause
        self.message = message
        self.retryAfter = retryAfter
    }

    package var description: String { message }

    package var code: Int? { if case .status(let code, _) = cause { code } else { nil } }
    package var isConflict: Bool { code == 409 && !isAlreadyThere }
    package var isAlreadyThere: Bool { if case .status(409, "AlreadyExists") = cause { true } else { false } }
    package var isNotFound: Bool { code == 404 }
    /// The state that a list or watch asked for is not kept any more.
    package var isExpired: Bool {
        if case .status(let code, let reason) = cause {
            code == 410 || reason == "Expired" || reason == "Gone"
        } else {
            false
        }
    }
    /// Whether the API server may be down, or still be starting: it did not answer, or has trouble of its own, or does not
    /// know its own rules yet. (What is permitted is among the last things that it learns when it starts.)
    package var mayBeOutage: Bool {
        switch cause {
        case .connection, .timeout: true
        case .status(let code, _): code >= 500 || code == 401 || code == 403
        case .security, .answer, .credentials: false
        }
    }
    /// Repeating the request as it is would not help.
    package var isFinal: Bool {
        guard let code else { return false }
        return (400..<500).contains(code) && ![401, 408, 409, 410, 429].contains(code)
    }
}

/// A way in which the server misbehaves, for some requests.
package struct Fault: Sendable {
    package enum Effect: Sendable {
        case answer(Int, retryAfter: Int?)
        case delay(Duration)
        /// Nothing is ever answered.
        case hang
        /// The connection is closed without an answer.
        case cut
        /// What was asked is done, and the connection closed without an answer.
        case cutAfterwards
        /// A list is answered with the state that was remembered: see `TestAPIServer.remember()`.
        case stale
    }

    /// `nil`: all.
    package var verb: String?
    package var resource: String?
    package var effect: Effect
    /// How many requests it is for.
    package var count: Int

    package init(_ effect: Effect, verb: String? = nil, resource: String? = nil, count: Int = .max) {
        self.effect = effect
        self.verb = verb
        self.resource = resource
        self.count = count
    }
}

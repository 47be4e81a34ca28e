/// What one client may take.
package struct HTTPLimits: Hashable, Sendable {
    /// Connections at one time. For one more, the oldest idle one is closed.
    package var connections = 128
    /// Of them, those of one client address.
    package var perSource = 64
    /// Further connections, on which only ``HTTPRoute/Kind/health`` is answered.
    package var reserved = 16
    /// Answers that are made at one time, apart from those about health.
    package var answers = 2
    /// Octets of one header field, and of the request's target.
    package var headerField = 8 * 1024
    /// Octets of all header fields.
    package var headers = 32 * 1024
    /// Octets of a body, which no endpoint reads.
    package var body = 64 * 1024
    /// How long a whole request may take to come, counted from the connection or from the last answer; and how long the
    /// client may take to receive the answer. Octets that trickle in gain no time.
    package var exchange: Duration = .seconds(30)
    /// How long answers under way may still take once the server is to stop.
    package var shutdown: Duration = .seconds(1)

    package init() {}
}

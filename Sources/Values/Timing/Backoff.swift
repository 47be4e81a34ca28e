/// Delays that double from attempt to attempt up to a limit, each shortened at random so that many do not retry at once.
package struct Backoff: Hashable, Sendable {
    package let first: Duration
    /// At least ``first``.
    package var limit: Duration
    /// How much of a delay chance may take away: 0.25 gives 75 % to 100 % of it (as RFC 4271 §10 does for BGP's timers).
    package let jitter: Double
    /// How many delays were given since the last ``reset()``.
    package private(set) var attempts = 0

    package init(first: Duration, limit: Duration, jitter: Double = 0.25) {
        precondition(first > .zero && limit >= first && (0...1).contains(jitter))
        self.first = first
        self.limit = limit
        self.jitter = jitter
    }

    /// The delay before the next attempt.
    package mutating func next(using generator: inout some RandomNumberGenerator) -> Duration {
        var delay = first
        for _ in 0..<min(attempts, 62) where delay < limit { delay = delay * 2 }
        attempts += 1
        return min(delay, limit).jittered(by: jitter, using: &generator)
    }

    package mutating func reset() { attempts = 0 }
}

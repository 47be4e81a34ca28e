import Glibc
import TestSupport

/// Asks a router for a route every ten milliseconds, and counts how often it was not there.
final class TableWatch: Sendable {
    struct Result: Sendable {
        var samples = 0
        var missing = 0
        /// The longest time between two answers.
        var longestGap = Duration.zero
    }

    private let isOver = Locked(false)

    /// Watches until ``end()``.
    func run(_ path: String, _ dialect: ControlSocket.Dialect, _ question: String, expecting text: String) async throws
        -> Result
    {
        try await onOwnThread {
            let socket = try ControlSocket(path, dialect)
            var result = Result()
            var last = ContinuousClock.now
            while !self.isOver.withLock({ $0 }) {
                let isThere = try socket.ask(question).contains(text)
                let now = ContinuousClock.now
                result.longestGap = max(result.longestGap, now - last)
                last = now
                result.samples += 1
                if !isThere { result.missing += 1 }
                usleep(10_000)
            }
            return result
        }
    }

    func end() { isOver.withLock { $0 = true } }
}

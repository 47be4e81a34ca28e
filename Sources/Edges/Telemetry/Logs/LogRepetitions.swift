import Timing

/// Lets one line through at most once a second, and says how many equal ones were held back.
///
/// Some lines are of what others do: a host that uses an address, a router that refuses a session. None of them is to
/// fill a disk.
package struct LogRepetitions: Sendable {
    private struct Line {
        var written: Instant
        var heldBack = 0
    }

    private static let pause = Duration.seconds(1)
    /// Different lines that are remembered.
    private static let limit = 1_024

    private var lines: [String: Line] = [:]

    package init() {}

    /// - Parameter line: without its time.
    /// - Returns: how many equal lines were held back since it was last written; `nil` if this one is to be, too.
    package mutating func admit(_ line: String, at now: Instant) -> Int? {
        if let known = lines[line], now < known.written.advanced(by: LogRepetitions.pause) {
            lines[line]?.heldBack += 1
            return nil
        }
        let heldBack = lines[line]?.heldBack ?? 0
        if lines.count >= LogRepetitions.limit, lines[line] == nil { forget(at: now) }
        lines[line] = Line(written: now)
        return heldBack
    }

    private mutating func forget(at now: Instant) {
        lines = lines.filter { now < $0.value.written.advanced(by: LogRepetitions.pause) }
        // A thousand different lines in a second: what was held back of them is not counted.
        if lines.count >= LogRepetitions.limit { lines = [:] }
    }
}

import Glibc
import Logging
import SystemIO
import Timing

/// Logs go to standard error, one line each; `--log-format` and `--log-level` say how and how much.
package enum LogSetup {
    /// Makes every `Logger` of the process write so. Once, at the beginning.
    package static func bootstrap(format: LogFormat, level: Logger.Level) {
        let standardError = StandardError()
        LoggingSystem.bootstrap { label in
            LineLogHandler(
                label: label, format: format, level: level, now: { .now }, write: { standardError.write($0) })
        }
    }
}

/// Standard error, each write a whole line so that lines of several threads do not mix.
private final class StandardError: Sendable {
    private let descriptor = FileDescriptor(owning: STDERR_FILENO)

    func write(_ line: String) {
        // Nowhere is left to say that nothing can be said.
        try? descriptor.write(Array(line.utf8), to: "standard error")
    }
}

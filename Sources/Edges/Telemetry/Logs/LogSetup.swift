import Glibc
import Logging
import Synchronization
import SystemIO
import Timing

/// Logs go to standard error, one line each; `--log-format` and `--log-level` say how and how much.
package enum LogSetup {
    private static let writer = Mutex<LineWriter?>(nil)

    /// Makes every `Logger` of the process write so. Once, at the beginning.
    package static func bootstrap(format: LogFormat, level: Logger.Level) {
        let writer = LineWriter(FileDescriptor(owning: STDERR_FILENO)) { count in
            LineLogHandler.line(
                format, time: Timestamp.now.microsecondDescription, .warning, "martlet",
                "log lines dropped: the reader of standard error is too slow",
                ["count": .stringConvertible(count)])
        }
        LogSetup.writer.withLock { $0 = writer }
        let repetitions = SharedRepetitions()
        LoggingSystem.bootstrap { label in
            LineLogHandler(
                label: label, format: format, level: level, now: { .now },
                admit: { repetitions.admit($0) }, write: { writer.write($0) })
        }
    }

    /// Waits until what was logged is written, for a second at most. To be called before the process ends.
    package static func flush() { writer.withLock { $0 }?.flush(atMost: .seconds(1)) }

    /// How many lines were dropped because their reader did not keep up.
    package static var droppedLines: Int { writer.withLock { $0 }?.dropped ?? 0 }
}

private final class SharedRepetitions: Sendable {
    private let repetitions = Mutex(LogRepetitions())

    func admit(_ line: String) -> Int? { repetitions.withLock { $0.admit(line, at: UptimeClock.now) } }
}

import Logging
import Telemetry
import TestSupport
import Testing
import Timing

@Suite("Logs") struct LogTests {
    private struct Failure: Error, CustomStringConvertible { let description: String }

    private func lines(_ format: LogFormat, level: Logger.Level = .info, _ body: (inout Logger) -> Void) -> [String] {
        let written = Locked<[String]>([])
        var logger = Logger(label: "martlet.test") { label in
            LineLogHandler(
                label: label, format: format, level: level, now: { Timestamp(microseconds: 1_767_225_600_123_456) },
                write: { line in written.withLock { $0.append(line) } })
        }
        body(&logger)
        return written.value
    }

    @Test("text: time, level, message and sorted metadata on one line, quoted where it must be")
    func text() {
        let lines = lines(.text) { logger in
            logger[metadataKey: LogKey.node] = "n1"
            logger.warning("session lost", metadata: [LogKey.peer: "tor-a", LogKey.reason: "hold timer expired"])
            logger.error("a\nb\u{1B}[2J", metadata: [LogKey.error: "x\ny", LogKey.node: "", "odd key": "a=b"])
            logger.debug("not shown")
        }
        #expect(
            lines == [
                "2026-01-01T00:00:00.123456Z warning session lost node=n1 peer=tor-a reason=\"hold timer expired\"\n",
                "2026-01-01T00:00:00.123456Z error a b\\u{1b}[2J error=\"x\\ny\" node=\"\" \"odd key\"=\"a=b\"\n",
            ])
    }

    @Test("json: one object a line, nested metadata kept, and no key twice")
    func json() {
        let lines = lines(.json, level: .trace) { logger in
            logger.trace("x\ny", metadata: ["list": ["a", "b"], "map": ["k": "v"], "level": "mine", "peer": "tor-a"])
        }
        #expect(
            lines == [
                "{\"time\": \"2026-01-01T00:00:00.123456Z\", \"level\": \"trace\", \"logger\": \"martlet.test\", "
                    + "\"message\": \"x\\ny\", \"metadata.level\": \"mine\", \"list\": [\"a\", \"b\"], "
                    + "\"map\": {\"k\": \"v\"}, \"peer\": \"tor-a\"}\n"
            ])
    }

    @Test("the level holds for each logger alone")
    func levels() {
        let lines = lines(.text, level: .warning) { logger in
            var other = logger
            other.logLevel = .debug
            logger.info("hidden")
            other.info("shown")
        }
        #expect(lines.count == 1 && lines[0].contains("shown"))
    }
}

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

    @Test(
        "however long what is logged is, the line is bounded; its beginning and its end are kept",
        arguments: LogFormat.allCases)
    func bounded(format: LogFormat) {
        let long = "begin" + String(repeating: "é", count: 100_000) + "end"
        let lines = lines(format) { logger in
            logger.error("\(long)", metadata: ["a": "\(long)", "b": ["\(long)"], "\(long)": "c"])
        }
        #expect(lines.count == 1 && lines[0].utf8.count < 8_000)
        #expect(lines[0].contains("begin") && lines[0].contains("end") && lines[0].contains("octets left out"))
    }

    @Test("a line that comes again within a second is held back, and counted in the next") func repetitions() {
        var repetitions = LogRepetitions()
        func at(_ milliseconds: Int64) -> Instant { Instant(nanoseconds: milliseconds * 1_000_000) }
        let rows: [(line: String, at: Int64, heldBack: Int?)] = [
            ("a", 0, 0), ("b", 1, 0), ("a", 2, nil), ("a", 999, nil), ("b", 1_001, 0), ("a", 1_000, 2),
            ("a", 1_001, nil),
            ("a", 5_000, 1), ("a", 6_000, 0),
        ]
        for row in rows { #expect(repetitions.admit(row.line, at: at(row.at)) == row.heldBack, "\(row)") }
        // Bounded, and never holds back what is new.
        for number in 0..<10_000 { #expect(repetitions.admit("line \(number)", at: at(7_000)) == 0) }
        #expect(repetitions.admit("line 9999", at: at(7_001)) == nil)
    }

    @Test("what was held back is said with the next") func heldBack() {
        let written = Locked<[String]>([])
        let logger = Logger(label: "martlet.test") { label in
            LineLogHandler(
                label: label, format: .text, level: .info, now: { Timestamp(microseconds: 0) },
                admit: { $0.contains("often") ? 41 : nil }, write: { line in written.withLock { $0.append(line) } })
        }
        logger.info("often")
        logger.info("never")
        #expect(written.value == ["1970-01-01T00:00:00.000000Z info often repeated=41\n"])
    }
}

import Addresses
import BFD
import Glibc
import Logging
import NodeDecisions
import Speaker
import TestSupport
import Testing

/// Many fast sessions on a host that is busy with other things.
///
/// `MARTLET_BFD_SOAK_SECONDS` says for how long; without it, ten seconds.
@Suite("BFD on a busy host", .serialized, .enabled(if: NetworkNamespace.isPermitted, "needs root"))
struct BFDSoakTests {
    static let count = 64
    static let seconds = unsafe getenv("MARTLET_BFD_SOAK_SECONDS").flatMap { unsafe Int(String(cString: $0)) } ?? 10

    static func address(_ side: Int, _ number: Int) -> IPAddress {
        .v4(IPv4Address(10, 97, UInt8(side), UInt8(number)))
    }

    static func sessions(from side: Int) -> [BFDPeerSettings] {
        (1...count).map { number in
            var settings = BFDPeerSettings(name: "r\(number)", address: address(3 - side, number))
            settings.sourceAddress = address(side, number)
            settings.desiredMinTxInterval = .milliseconds(50)
            settings.requiredMinRxInterval = .milliseconds(50)
            return settings
        }
    }

    @Test("64 sessions at 50 ms × 3 with all processors busy: none is lost") func soak() async throws {
        let sides = [try NetworkNamespace("one"), try NetworkNamespace("two")]
        try sides[0].connect("e0", to: sides[1], "e0")
        var engines: [BFDEngine] = []
        var logger = Logger(label: "soak")
        logger.logLevel = .warning
        let engineLogger = logger
        for (index, namespace) in sides.enumerated() {
            for number in 1...BFDSoakTests.count {
                try namespace.ip("address add \(BFDSoakTests.address(index + 1, number))/16 dev e0")
            }
            engines.append(try await namespace.onThread { try BFDEngine(logger: engineLogger) })
        }
        defer { for engine in engines { engine.stop() } }
        for (index, engine) in engines.enumerated() { engine.apply(BFDSoakTests.sessions(from: index + 1)) }
        for engine in engines {
            try await eventually("all are Up", within: .seconds(30)) {
                await engine.snapshot().sessions.values.count {
                    $0.status.state == .up && $0.detectionTime == .milliseconds(150)
                } == BFDSoakTests.count
            }
        }
        let processors = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        let burners = try (0..<processors).map { _ in try ChildProcess(["sh", "-c", "while :; do :; done"]) }
        defer { for burner in burners { burner.stop() } }
        let used = try CPUTime.ofThreads(named: "bfd")
        try await Task.sleep(for: .seconds(BFDSoakTests.seconds))
        let share = (try CPUTime.ofThreads(named: "bfd") - used) / Double(BFDSoakTests.seconds)
        var sent: UInt64 = 0
        for engine in engines {
            let sessions = await engine.snapshot().sessions
            #expect(sessions.count == BFDSoakTests.count)
            for (name, session) in sessions {
                #expect(session.failures == 0 && session.status.state == .up, "\(name): \(session)")
                sent += session.packetsSent
            }
        }
        // Half as many as there would be without jitter and waiting: neither side is slow.
        #expect(sent > UInt64(2 * BFDSoakTests.count * BFDSoakTests.seconds * 10))
        print(
            "BFD: 2 × \(BFDSoakTests.count) sessions at 50 ms × 3, \(BFDSoakTests.seconds) s, \(processors) busy "
                + "processors: \(sent) packets, none lost for a detection time; both threads together \(share) per second"
        )
    }
}

import SystemIO
import TestSupport
import Testing
import Timing

@Suite("Programs that are run to their end")
struct ProgramRunTests {
    static func run(
        _ script: String, atMost limit: Duration = .seconds(10), maximumOutput: Int = 1 << 20
    ) async throws(ProgramRun.Failure) -> ProgramRun {
        try await ProgramRun.run(
            ["sh", "-c", script], environment: ["PATH": "/usr/bin:/bin", "A": "b c"], atMost: limit,
            maximumOutput: maximumOutput)
    }

    @Test("its status, both outputs, its environment and nothing else") func outcome() async throws {
        let run = try await Self.run(
            "printf '%s' \"$A\"; printf no >&2; read line || printf ' %s' \"${HOME-none}\"; exit 7")
        #expect(run.status == 7)
        #expect(String(decoding: run.output, as: UTF8.self) == "b c none")
        #expect(String(decoding: run.errors, as: UTF8.self) == "no")
        #expect(try await Self.run("kill -9 $$").status == 137)
    }

    @Test("more than a pipe holds, on both outputs at once") func large() async throws {
        let run = try await Self.run("head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2")
        #expect(run.output.count == 300_000 && run.errors.count == 300_000)
    }

    @Test("ends, though what it started in the background holds its output") func background() async throws {
        let begun = ContinuousClock.now
        #expect(try await Self.run("sleep 300 & printf x").output == Array("x".utf8))
        #expect(ContinuousClock.now - begun < .seconds(5))
    }

    @Test("too long, too much, not there, not waited for → killed, and said") func failures() async throws {
        await #expect(throws: ProgramRun.Failure.timedOut(.milliseconds(100))) {
            try await Self.run("sleep 300", atMost: .milliseconds(100))
        }
        await #expect(throws: ProgramRun.Failure.tooMuchOutput(1000)) {
            try await Self.run("yes", maximumOutput: 1000)
        }
        await #expect {
            try await ProgramRun.run(["no-such-program"], environment: [:], atMost: .seconds(1))
        } throws: { "\($0)" == "cannot start no-such-program: No such file or directory" }
        let task = Task { try await Self.run("sleep 300") }
        task.cancel()
        await #expect(throws: ProgramRun.Failure.cancelled) { try await task.value }
    }
}

import Glibc
import SystemIO
import TestSupport
import Testing
import Timing

@Suite("Line writer", .timeLimit(.minutes(1))) struct LineWriterTests {
    /// Both ends of a pipe.
    private static func pipe() throws -> (read: CInt, write: CInt) {
        var ends: [CInt] = [-1, -1]
        guard unsafe Glibc.pipe(&ends) == 0 else { throw TestFailure("pipe") }
        return (ends[0], ends[1])
    }

    @Test(
        "A reader that has stopped → no write waits, lines are dropped and counted, and a line says so when it goes on")
    func stopped() async throws {
        let (read, write) = try Self.pipe()
        let writer = LineWriter(FileDescriptor(owning: write), capacity: 100_000) { "dropped \($0)\n" }
        let line = String(repeating: "x", count: 99) + "\n"
        let start = UptimeClock.now
        for _ in 0..<10_000 { writer.write(line) }
        #expect(start.duration(to: UptimeClock.now) < .seconds(5))
        let dropped = writer.dropped
        // 100 kB wait, and the pipe takes 64 kB; as much as may wait may be under way.
        #expect(dropped > 7_000 && dropped <= 9_000, "\(dropped)")
        let stuck = UptimeClock.now
        writer.flush(atMost: .milliseconds(100))
        #expect(stuck.duration(to: UptimeClock.now) < .seconds(5))
        // It goes on.
        let text = try await onOwnThread {
            let file = FileDescriptor(owning: read)
            var text = ""
            var buffer = [UInt8](repeating: 0, count: 65_536)
            var isAsked = false
            while !text.hasSuffix("after\n") {
                let count = unsafe Glibc.read(file.rawValue, &buffer, buffer.count)
                guard count > 0 else { throw TestFailure("read: errno \(errno)") }
                text += String(decoding: buffer[..<count], as: UTF8.self)
                if !isAsked, text.utf8.count > (10_000 - dropped) * 100 - 60_000 {
                    // The rest is in the pipe: nothing waits.
                    isAsked = true
                    writer.write("after\n")
                }
            }
            return text
        }
        let lines = text.split(separator: "\n")
        #expect(lines.count { $0.utf8.count == 99 } == 10_000 - dropped, "none is cut or lost beside those")
        let said = lines.filter { $0.hasPrefix("dropped ") }.compactMap { Int($0.dropFirst(8)) }
        #expect(said.reduce(0, +) == dropped && lines.last == "after" && writer.dropped == dropped, "\(said)")
    }

    @Test("What is written before a flush is there after it, in order") func flush() throws {
        let (read, write) = try Self.pipe()
        let writer = LineWriter(FileDescriptor(owning: write)) { "dropped \($0)\n" }
        for number in 0..<100 { writer.write("\(number)\n") }
        writer.flush(atMost: .seconds(10))
        let expected = (0..<100).map { "\($0)\n" }.joined()
        let bytes = try FileDescriptor(owning: read).readBeginning(of: "pipe", octets: expected.utf8.count)
        #expect(String(decoding: bytes, as: UTF8.self) == expected && writer.dropped == 0)
    }
}

import ClusterConfiguration
import Foundation
import NodeDecisions
import Recording
import RecordingFile
import Synchronization
import SystemIO
import TestSupport
import Testing
import Timing

@Suite struct RecorderTests {
    private static func recorder(_ path: String, limit: Int, _ said: Said = Said()) throws -> Recorder {
        try Recorder(path: path, limit: limit, version: "1.2.3", node: "n1") { said.add($0) }
    }

    final class Said: Sendable {
        private let texts = Mutex<[String]>([])
        func add(_ text: String) { texts.withLock { $0.append(text) } }
        var all: [String] { texts.withLock { $0 } }
    }

    private static func read(_ path: String) throws -> Recording {
        try Recording(Array(try Data(contentsOf: URL(fileURLWithPath: path))))
    }

    @Test("Turns of several threads → each is in the file once, whole, and the end is said") func threads() async throws
    {
        let folder = try TemporaryFolder()
        let path = folder.path + "/r"
        let recorder = try Self.recorder(path, limit: 1 << 26)
        let decision = CoreDecision.nothing
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for number in 0..<200 {
                        recorder.record(Instant(nanoseconds: Int64(number)), .assignmentDeadline, decision)
                    }
                }
            }
        }
        recorder.close(atMost: .seconds(30))
        recorder.record(.zero, .assignmentDeadline, decision)
        let recording = try Self.read(path)
        #expect(recording.turns.count == 1600 && recording.lost == 0)
        #expect(recording.end == .inOrder && recording.firstDifference == nil)
        #expect(recording.node == "n1" && recording.version == "1.2.3")
    }

    @Test("At its limit → the start is kept, the end is said in the file and once to whoever began it") func limit()
        throws
    {
        let folder = try TemporaryFolder()
        let path = folder.path + "/r"
        let said = Said()
        let recorder = try Self.recorder(path, limit: 8192, said)
        for _ in 0..<2000 { recorder.record(.zero, .assignmentDeadline, .nothing) }
        recorder.close(atMost: .seconds(30))
        let recording = try Self.read(path)
        #expect(recording.end == .full && recording.turns.count > 10 && recording.turns.count < 2000)
        #expect(said.all.count == 1 && said.all.first?.contains("--record-limit") == true, "\(said.all)")
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count < 8192 + 256)
    }

    @Test("A file that is there → kept with .1; a path that cannot be written → an error that names it") func places()
        throws
    {
        let folder = try TemporaryFolder()
        let path = folder.path + "/r"
        for text in ["first", "second"] {
            try text.write(toFile: path, atomically: false, encoding: .utf8)
            try Self.recorder(path, limit: 1 << 20).close()
            #expect(try String(contentsOfFile: path + ".1", encoding: .utf8) == text)
        }
        #expect(throws: SystemError.self) { try Self.recorder(folder.path + "/none/r", limit: 1 << 20) }
    }
}

import Assignment
import Controller
import Foundation
import SystemIO
import TestSupport
import Testing

@Suite struct AssignmentStoreTests {
    private static func state() throws -> AssignmentState {
        let text = """
            {"version": 1, "assignments": [{"namespace": "default", "name": "web", "addresses": ["192.0.2.10"]}], "released": []}
            """
        return try JSONDecoder().decode(AssignmentState.self, from: Data(text.utf8))
    }

    @Test("What was saved is loaded again") func roundTrip() throws {
        let folder = try TemporaryFolder()
        let store = AssignmentStore(try StateDirectory(path: folder.path))
        #expect(try store.load().state == AssignmentState())
        try store.save(try Self.state())
        let loaded = try store.load()
        #expect(loaded.state == (try Self.state()))
        #expect(loaded.warning == nil)
    }

    /// What stands in the file, and a word of the warning.
    static let damages: [(String, String)] = [
        ("", "damaged"),
        ("{\"version\": 1, \"assi", "damaged"),
        ("[]", "damaged"),
        ("\u{0}\u{0}\u{0}\u{0}", "damaged"),
        ("{\"version\": 99, \"assignments\": \"of another form\"}", "another version"),
    ]

    @Test("A file that makes no sense is moved aside with a warning, and nothing is lost twice", arguments: damages)
    func damaged(content: String, word: String) throws {
        let folder = try TemporaryFolder()
        let directory = try StateDirectory(path: folder.path)
        try directory.replace(AssignmentStore.file, with: Array(content.utf8))
        let store = AssignmentStore(directory)
        let loaded = try store.load()
        #expect(loaded.state == AssignmentState())
        #expect(loaded.warning?.contains(word) == true, "\(String(describing: loaded.warning))")
        #expect(try directory.read(AssignmentStore.file + ".damaged") == Array(content.utf8))
        #expect(try store.load().warning == nil)
    }
}

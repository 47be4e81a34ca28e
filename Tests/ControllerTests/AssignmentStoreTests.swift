import Assignment
import Controller
import Foundation
import Standalone
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
        #expect(try store.load() == AssignmentState())
        try store.save(try Self.state())
        #expect(try store.load() == (try Self.state()))
        // Laid out otherwise, it says the same.
        let directory = folder.path
        let compact = try JSONSerialization.data(
            withJSONObject: JSONSerialization.jsonObject(
                with: Data(contentsOf: URL(fileURLWithPath: directory + "/" + AssignmentStore.file))))
        try compact.write(to: URL(fileURLWithPath: directory + "/" + AssignmentStore.file))
        #expect(try store.load() == (try Self.state()))
    }

    @Test("A file without checksum, as 0.1.0 wrote and as a person may leave it → loaded") func older() throws {
        let folder = try TemporaryFolder()
        let directory = try StateDirectory(path: folder.path)
        let text = """
            {"version": 1, "assignments": [{"namespace": "default", "name": "web", "addresses": ["192.0.2.10"]}], "released": []}
            """
        try directory.replace(AssignmentStore.file, with: Array(text.utf8))
        #expect(try AssignmentStore(directory).load() == (try Self.state()))
    }

    struct Damage: CustomTestStringConvertible {
        let testDescription: String
        /// Made of what was saved.
        let content: @Sendable (String) -> String
        /// Words of the error.
        let words: [String]
    }

    static let damages: [Damage] = [
        Damage(testDescription: "empty", content: { _ in "" }, words: ["damaged", "not written by martlet"]),
        Damage(
            testDescription: "cut", content: { String($0.dropLast(60)) }, words: ["damaged", "not written by martlet"]),
        Damage(testDescription: "another sort of JSON", content: { _ in "[]" }, words: ["damaged"]),
        Damage(testDescription: "zeros", content: { _ in "\u{0}\u{0}\u{0}\u{0}" }, words: ["damaged"]),
        Damage(
            testDescription: "another address", content: { $0.replacing("192.0.2.10", with: "192.0.2.11") },
            words: ["damaged", "checksum", "If you edited it"]),
        Damage(
            testDescription: "another name", content: { $0.replacing("\"web\"", with: "\"wab\"") },
            words: ["damaged", "checksum"]),
        Damage(
            testDescription: "an entry without addresses",
            content: { $0.replacing("\"addresses\"", with: "\"addrezzes\"") },
            words: ["damaged", "1 of its entries"]),
        Damage(
            testDescription: "no form", content: { $0.replacing(": 1", with: ": 0") }, words: ["damaged", "format 0"]),
        Damage(
            testDescription: "a newer form, whatever it holds",
            content: { _ in "{\"version\": 99, \"assignments\": \"of another form\"}" },
            words: ["newer version", "format 99", "reads format 1", "move the file away"]),
    ]

    @Test("A file that is not what was written → an error that names it and what to do; it stays", arguments: damages)
    func damaged(damage: Damage) throws {
        let folder = try TemporaryFolder()
        let directory = try StateDirectory(path: folder.path)
        let store = AssignmentStore(directory)
        try store.save(try Self.state())
        let saved = String(decoding: try #require(try directory.read(AssignmentStore.file)), as: UTF8.self)
        // Foundation puts a space on both sides of a colon.
        let content = damage.content(saved.replacing(" : ", with: ": "))
        try directory.replace(AssignmentStore.file, with: Array(content.utf8))
        let error = #expect(throws: AssignmentStore.Failure.self) { try store.load() }
        let text = try #require(error).description
        #expect(text.hasPrefix(folder.path + "/" + AssignmentStore.file))
        for word in damage.words { #expect(text.contains(word), "\(text)") }
        #expect(try directory.read(AssignmentStore.file) == Array(content.utf8))
    }

    @Test("A symbolic link in its place → an error, and nothing else is read") func link() throws {
        let folder = try TemporaryFolder()
        let directory = try StateDirectory(path: folder.path + "/s")
        let store = AssignmentStore(directory)
        try store.save(try Self.state())
        try Shell.check([
            "sh", "-c", "cd \(folder.path)/s && mv assignments.json ../other && ln -s ../other assignments.json",
        ])
        let error = #expect(throws: AssignmentStore.Failure.self) { try store.load() }
        #expect(error?.description.contains("it is a symbolic link, not a regular file") == true)
    }
}

import SystemIO
import TestSupport
import Testing

@Suite("Path trail") struct PathTrailTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let command: String
        let path: String
        /// The entries, with the folder left out.
        let entries: [String]
    }

    static let rows = [
        Row(testDescription: "a file → itself", command: "mkdir d; touch d/f", path: "d/f", entries: ["d/f"]),
        Row(testDescription: "a directory → itself", command: "mkdir d", path: "d/", entries: ["d"]),
        Row(
            testDescription: "dots and slashes → left out", command: "mkdir d; touch d/f", path: "./d//./f",
            entries: ["d/f"]),
        Row(
            testDescription: "nothing → the first name that is missing", command: "true", path: "d/e/f", entries: ["d"]),
        Row(
            testDescription: "a link → it, and what it leads to", command: "mkdir d e; touch e/g; ln -s ../e/g d/f",
            path: "d/f",
            entries: ["d/f", "d/../e/g"]),
        Row(
            testDescription: "a ConfigMap → every link on the way",
            command: "mkdir ..1; touch ..1/f; ln -s ..1 ..data; ln -s ..data/f f",
            path: "f", entries: ["f", "..data", "..1/f"]),
        Row(
            testDescription: "a link in the middle → it, and the file", command: "mkdir d; touch d/f; ln -s d e",
            path: "e/f",
            entries: ["e", "d/f"]),
        Row(
            testDescription: "a link to nothing → it, and what is missing", command: "ln -s g/h f", path: "f",
            entries: ["f", "g"]),
    ]

    @Test("what decides which file a path names", arguments: rows) func trail(row: Row) throws {
        let folder = try TemporaryFolder()
        try Shell.check(["sh", "-c", "cd \(folder.path) && \(row.command)"])
        // The way to the folder itself may have links, too.
        let entries = PathTrail.entries(of: folder.path + "/" + row.path).map { PathTrail.join($0.directory, $0.name) }
        #expect(
            entries.filter { $0.hasPrefix(folder.path + "/") }.map { $0.dropFirst(folder.path.count + 1) }.map(
                String.init) == row.entries)
    }

    @Test("a link to itself, or a circle → an end") func circle() throws {
        let folder = try TemporaryFolder()
        try Shell.check(["sh", "-c", "cd \(folder.path) && ln -s f f && ln -s b a && ln -s a b"])
        for name in ["f", "a"] { #expect(PathTrail.entries(of: "\(folder.path)/\(name)").count < 100) }
    }
}

import ClusterConfiguration
import Foundation
import KubernetesModel
import Manifests
import Testing

/// What `-f` names.
@Suite struct PathTests {
    /// A disk in memory.
    private struct MemoryStore: ManifestStore {
        var directories: [String: [String]] = [:]
        var contents: [String: String] = [:]

        func files(inDirectory path: String) throws(ManifestAccessError) -> [String]? {
            if let names = directories[path] { return names }
            guard contents[path] != nil else { throw ManifestAccessError("no such file or directory") }
            return nil
        }

        func contents(of path: String, atMost limit: Int) throws(ManifestAccessError) -> [UInt8] {
            guard let text = contents[path] else { throw ManifestAccessError("no such file or directory") }
            return Array(text.utf8.prefix(limit))
        }

        func standardInput(atMost limit: Int) throws(ManifestAccessError) -> [UInt8] {
            try contents(of: "-", atMost: limit)
        }
    }

    private static func service(_ name: String) -> String {
        "apiVersion: v1\nkind: Service\nmetadata: {name: \(name)}\n"
    }

    @Test("Directories give their manifests by name, in the order of the arguments, each once")
    func expansion() {
        let store = MemoryStore(
            directories: ["d": ["b.yml", "a.yaml", "c.json", "z.txt", ".hidden.yaml", "Y.yaml", "e.yaml~"]],
            contents: [
                "d/a.yaml": PathTests.service("a"), "d/b.yml": PathTests.service("b"),
                "d/Y.yaml": PathTests.service("y"),
                "d/c.json": "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"c\"}}",
                "x.txt": PathTests.service("x"), "-": PathTests.service("stdin"),
            ])
        let reading = ManifestReader.read(paths: ["x.txt", "d", "-", "x.txt", "-"], from: store)
        #expect(reading.problems.isEmpty, "\(reading.lines)")
        #expect(reading.state.services.map(\.metadata.name) == ["x", "y", "a", "b", "c", "stdin"])
    }

    @Test("A file that vanishes between two looks is a problem, and the others are read")
    func vanishing() {
        let store = MemoryStore(
            directories: ["d": ["gone.yaml", "here.yaml"]], contents: ["d/here.yaml": PathTests.service("a")])
        let reading = ManifestReader.read(paths: ["d", "nowhere"], from: store)
        #expect(reading.unreadable == ["d/gone.yaml", "nowhere"])
        #expect(!reading.isComplete)
        #expect(reading.problems.allSatisfy { $0.severity == .error && $0.message.contains("no such file") })
        #expect(reading.state.services.count == 1)
    }

    @Test("A directory without manifests is a warning")
    func empty() {
        let reading = ManifestReader.read(paths: ["d"], from: MemoryStore(directories: ["d": ["readme.md"]]))
        #expect(reading.problems.map(\.severity) == [.warning])
        #expect(reading.isComplete)
    }

    @Test("The real disk: files, directories, links, and what cannot be read")
    func disk() throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent("martlet-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: root.appendingPathComponent("d/sub.yaml"), withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: root) }
        try PathTests.service("a").write(to: root.appendingPathComponent("d/a.yaml"), atomically: true, encoding: .utf8)
        try PathTests.service("b").write(to: root.appendingPathComponent("b"), atomically: true, encoding: .utf8)
        try FileManager.default.createSymbolicLink(
            at: root.appendingPathComponent("d/link.yaml"), withDestinationURL: root.appendingPathComponent("b"))
        try FileManager.default.createSymbolicLink(
            atPath: root.appendingPathComponent("d/broken.yaml").path, withDestinationPath: "nowhere")
        try FileManager.default.createSymbolicLink(
            atPath: root.appendingPathComponent("linked").path, withDestinationPath: "d")
        let reading = ManifestReader.read(paths: [root.path + "/linked", root.path + "/missing"])
        #expect(reading.state.services.map(\.metadata.name) == ["a", "b"])
        #expect(reading.unreadable == [root.path + "/linked/broken.yaml", root.path + "/missing"])
        #expect(reading.lines.allSatisfy { $0.contains("no such file or directory") }, "\(reading.lines)")
    }
}

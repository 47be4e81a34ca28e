import ClusterConfiguration
import KubernetesModel
import Manifests
import Testing

@Suite struct JSONTests {
    @Test(
        "What is not JSON is a problem with its line",
        arguments: [
            ("{\"a\": 1,}", 1, "a key in quotes"), ("{\"a\" 1}", 1, "colon"), ("{\"a\":\n 1\n \"b\": 2}", 3, "comma"),
            ("{\"a\": [1 2]}", 1, "comma"), ("{\"a\": 01}", 1, "value"), ("{\"a\": 1.}", 1, "value"),
            ("{\"a\": +1}", 1, "value"),
            ("{\"a\": yes}", 1, "value"), ("{\"a\": \"x\ny\"}", 1, "line break"), ("{\"a\": \"x", 1, "closing quote"),
            ("{\"a\": \"\\x\"}", 1, "escape"), ("{\"a\": \"\\u12\"}", 1, "hexadecimal"),
            ("{\"a\": \"\\ud800\"}", 1, "half"),
            ("{\"a\": 1, \"a\": 2}", 1, "more than once"), ("{", 1, "text ends"), ("{\"a\":", 1, "text ends"),
            ("{\"a\": 1} x", 1, "value"), ("{\"a\": \"\\", 1, "closing quote"), ("{\"a\": -}", 1, "value"),
        ])
    func malformed(text: String, line: Int, part: String) throws {
        let reading = ManifestReading(text, file: "a.json")
        let error = try #require(reading.problems.first { $0.message.contains("not JSON") }, "\(reading.lines)")
        #expect(error.message.contains(part), "\(error)")
        #expect(error.location == SourceLocation(file: "a.json", line: line))
        #expect(!reading.isComplete)
    }

    @Test("Every escape is read, and objects may follow each other")
    func escapes() throws {
        let reading = ManifestReading(
            #"""
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a", "annotations":
              {"x": "\"\\\/\b\f\n\r\t\u0041\ud83d\ude00", "empty": null}}}
            {"apiVersion": "v1", "kind": "NamespaceList", "items": [{"metadata": {"name": "b"}}]}
            """#)
        #expect(reading.problems.isEmpty, "\(reading.lines)")
        #expect(reading.state.namespaces.map(\.metadata.name) == ["a", "b"])
        #expect(reading.state.namespaces.first?.metadata.annotations == ["x": "\"\\/\u{8}\u{C}\n\r\tA😀", "empty": ""])
    }
}

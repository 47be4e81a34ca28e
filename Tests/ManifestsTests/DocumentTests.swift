import ClusterConfiguration
import KubernetesModel
import Manifests
import Testing

/// Files of several documents, as kubectl reads them.
@Suite struct DocumentTests {
    private static func service(_ name: String) -> String {
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: \(name)\nspec: {type: LoadBalancer, ports: [{port: 80}]}\n"
    }

    private static let a = service("a")
    private static let b = service("b")

    /// What may stand before the first document without being one.
    private static let heads = [
        "", "---\n", "---\n---\n", "---\n\n---\n", "# c\n", "# c\n---\n", "---\n# c\n---\n", "---\n# c\n\n---\n# d\n",
        "...\n", "---\n...\n", "\n\n", "\u{FEFF}", "\u{FEFF}---\n", "\u{FEFF}# c\n---\n", "--- # c\n", "---   \n",
        "---\t\n",
        "null\n---\n", "~\n---\n", "--- ~\n---\n", "%YAML 1.1\n---\n", "# c\n%YAML 1.1\n# d\n---\n",
        "---\n%YAML 1.1\n---\n",
        "  # indented\n---\n", " \n---\n", "---\n \n---\n", "\t# c\n---\n",
    ]

    /// What may stand between two documents.
    private static let middles = [
        "---\n", "---\n---\n", "---\n---\n---\n", "---\n# c\n---\n", "# c\n---\n", "# c\n---\n# d\n---\n# e\n",
        "--- # c\n",
        "---  # c\n", "---\n\n\n---\n", "---\n\u{FEFF}", "\u{FEFF}---\n", "---\n\u{FEFF}---\n", "---\n\u{FEFF}# c\n",
        "...\n",
        "...\n---\n", "...\n...\n---\n", "...\n# c\n---\n", "... # c\n---\n", "---\n...\n---\n", "---\nnull\n---\n",
        "---\n~\n---\n", "---   \n", "---\t\n", "\n\n---\n\n\n", "...\n%YAML 1.1\n---\n", "...\n\n\n",
        "---\n  # c\n---\n",
        "---\n---\n# c\n", "---\n# Source: x\n---\n# Source: y\n", "\n# c\n\n---\n",
    ]

    /// What may stand after the last document.
    private static let tails = [
        "", "---\n", "---", "---\n---\n", "---\n# c\n", "---\n# c", "# c\n", "...\n", "...", "---\n...\n", "...\n---\n",
        "\n\n", "---\nnull\n", "---\n~", "--- # c\n", "---\n\u{FEFF}", "---\n---\n# c\n---\n", "...\n# c\n", " \n",

    ]

    private static var rows: [String] {
        let first = heads.map { $0 + a + "---\n" + b }
        let second = middles.map { a + $0 + b }
        return first + second + tails.map { a + "---\n" + b + $0 }
    }

    @Test(
        "Documents without content, comments and marks are between objects → every object is read, with its line",
        arguments: rows, ["\n", "\r\n", "\r"])
    func documents(text: String, lineBreak: String) {
        let file = lineBreak == "\n" ? text : text.replacing("\n", with: lineBreak)
        let reading = ManifestReading(file)
        #expect(reading.state.services.map(\.metadata.name) == ["a", "b"], "\(reading.lines)")
        #expect(reading.problems.isEmpty, "\(reading.lines)")
        #expect(reading.isComplete)
        let lines = text.replacing("\u{FEFF}", with: "").split(separator: "\n", omittingEmptySubsequences: false)
        for service in reading.state.services {
            let name = lines.firstIndex { $0.hasSuffix("name: \(service.metadata.name)") }
            let place = reading.state.locations.location(of: nil, in: ObjectReference(service))
            #expect(place?.line == name.map { $0 - 2 }, "\(place.map(\.description) ?? "nowhere")")
        }
    }

    /// Files with objects of other spellings, and the names of the Services in them.
    private static let spellings: [(text: String, names: [String])] = [
        ("--- \(flow("a"))\n--- \(flow("b"))\n", ["a", "b"]),
        ("---\n\(flow("a"))\n...\n\(flow("b"))", ["a", "b"]),
        (flow("a") + "\n---\n" + flow("b"), ["a", "b"]),
        ("{\"apiVersion\": \"v1\", \"kind\": \"Service\", \"metadata\": {\"name\": \"a\"}}\n---\n" + b, ["a", "b"]),
        ("# c\n{\"apiVersion\": \"v1\", \"kind\": \"Service\", \"metadata\": {\"name\": \"a\"}}\n", ["a"]),
        ("apiVersion: v1\nkind: List\nitems:\n- \(flow("a"))\n---\n# c\n---\n" + b, ["a", "b"]),
        ("apiVersion: v1\nkind: List\nitems: []\n---\n" + b, ["b"]),
        ("apiVersion: v1\nkind: List\nitems:\n---\n" + b, ["b"]),
        (
            a.replacing("  name: a", with: "  name: a\n  annotations:\n    note: |\n      ---\n      text") + "---\n"
                + b, ["a", "b"]
        ),
        (a.replacing("  name: a", with: "  name: a\n  annotations: {note: \"--- x\"}") + "---\n" + b, ["a", "b"]),
        (a.replacing("  name: a", with: "  name: a # --- x") + "---\n" + b, ["a", "b"]),
        (a + "\n# ---\n---\n" + b, ["a", "b"]),
    ]

    private static func flow(_ name: String) -> String {
        "{apiVersion: v1, kind: Service, metadata: {name: \(name)}, spec: {ports: [{port: 80}]}}"
    }

    @Test("Markers inside of values, flow style, lists and JSON → every object is read", arguments: spellings.indices)
    func spelling(row: Int) {
        let (text, names) = DocumentTests.spellings[row]
        for file in [text, text.replacing("\n", with: "\r\n")] {
            let reading = ManifestReading(file)
            #expect(reading.state.services.map(\.metadata.name) == names, "\(reading.lines)")
            #expect(reading.isComplete)
        }
    }

    /// Objects without a marker between them, and the line before which it is missing.
    private static let unseparated: [(text: String, line: Int)] = [
        (a + b, 6), (a + "\n\n" + b, 8), ("---\n# c\n" + a + "# d\n" + b, 9), (a + "\u{FEFF}" + b, 6),
        ("# c\n---\n" + b + "---\n" + a + "\n" + b, 15),
        ("kind: Service\napiVersion: v1\nmetadata: {name: a}\nkind: Service\napiVersion: v1\nmetadata: {name: b}\n", 4),
        ("apiVersion: v1\nitems:\n- \(flow("a"))\nkind: List\napiVersion: v1\nitems:\n- \(flow("b"))\nkind: List\n", 5),
    ]

    @Test(
        "Two objects without a marker → the error names the line before which it is missing",
        arguments: unseparated.indices)
    func missingMarker(row: Int) throws {
        let (text, line) = DocumentTests.unseparated[row]
        for file in [text, text.replacing("\n", with: "\r\n")] {
            let reading = ManifestReading(file)
            let error = try #require(reading.problems.first { $0.severity == .error }, "\(reading.lines)")
            #expect(error.location == SourceLocation(file: "a.yaml", line: line))
            #expect(error.message.contains("write a line \"---\" before line \(line)"), "\(error)")
        }
    }
}

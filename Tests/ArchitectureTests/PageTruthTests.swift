import Foundation
import Testing

/// The pages that an engineer reads first name only what exists.
@Suite struct PageTruthTests {
    /// Words in backticks that look like types but are no types of ours.
    private static let others: Set<String> = [
        "Codable", "Lease", "Node", "Service", "Speaker", "Ready", "Namespace", "Retry-After", "Sources",
    ]

    /// What stands in backticks in a page, with its line; blocks of code are left out.
    static func quoted(in page: String) throws -> [(text: String, line: Int)] {
        let text = try String(contentsOf: SourceTree.root.appendingPathComponent(page), encoding: .utf8)
        var all: [(text: String, line: Int)] = []
        var isCode = false
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.hasPrefix("```") { isCode.toggle() }
            guard !isCode else { continue }
            for (place, part) in line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            where place % 2 == 1 {
                all.append((String(part), index + 1))
            }
        }
        return all
    }

    /// The names that are declared anywhere in `Sources` and `Tests`.
    private static func declaredNames() throws -> Set<String> {
        var names: Set<String> = []
        for file in try SourceTree.swiftFiles(below: "Sources") + SourceTree.swiftFiles(below: "Tests") {
            for line in file.lines {
                let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
                for (word, next) in zip(words, words.dropFirst())
                where ["struct", "enum", "class", "actor", "protocol", "typealias"].contains(word) {
                    names.insert(String(next))
                }
            }
        }
        names.formUnion(LayerTests.layers.flatMap { [$0.name] + $0.targets })
        names.formUnion(
            try FileManager.default.contentsOfDirectory(atPath: SourceTree.root.appendingPathComponent("Tests").path))
        return names
    }

    @Test(
        "Every type and path that the architecture and the contributor's page name exists",
        arguments: ["docs/architecture.md", ".github/CONTRIBUTING.md"])
    func names(page: String) throws {
        let declared = try Self.declaredNames()
        let quoted = try Self.quoted(in: page)
        #expect(quoted.count > 10, "\(page) names next to nothing")
        for (text, line) in quoted {
            let isPath = text.contains("/") && !text.contains(" ") && !text.hasPrefix("/") && !text.contains("*")
            if isPath {
                let places = ["", "Sources/", "docs/"].map { SourceTree.root.appendingPathComponent($0 + text).path }
                #expect(places.contains(where: FileManager.default.fileExists), "\(page):\(line): no \(text)")
            } else if let first = text.first, first.isUppercase, text.allSatisfy({ $0.isLetter || $0.isNumber }),
                text.contains(where: \.isLowercase), !Self.others.contains(text)
            {
                let isDeclared = declared.contains(text)
                #expect(isDeclared, "\(page):\(line): there is no \(text)")
            }
        }
    }

    @Test("The version is the same wherever it stands") func version() throws {
        let source = try String(
            contentsOf: SourceTree.root.appendingPathComponent("Sources/Views/Presentation/Documents/Version.swift"),
            encoding: .utf8)
        let version = try #require(source.split(separator: "\"").dropFirst().first)
        var count = 0
        for place in [
            "deploy/Containerfile", "deploy/overlays", "deploy/chart/Chart.yaml", "docs/install.md",
            "docs/changelog.md",
        ] {
            let root = SourceTree.root.appendingPathComponent(place)
            let below = FileManager.default.subpaths(atPath: root.path) ?? []
            for path in below.isEmpty ? [root.path] : below.map({ root.appendingPathComponent($0).path }) {
                guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { continue }
                for match in text.matches(of: /(?:martlet:|newTag: "?|version="|[vV]ersion: |## )(\d+\.\d+\.\d+)/) {
                    count += 1
                    if place != "docs/changelog.md" { #expect(match.1 == version, "\(path) says \(match.0)") }
                }
            }
        }
        #expect(count >= 5, "the places have moved: \(count)")
        let changelog = try String(
            contentsOf: SourceTree.root.appendingPathComponent("docs/changelog.md"), encoding: .utf8)
        #expect(changelog.contains("## \(version)"), "docs/changelog.md does not know \(version)")
    }
}

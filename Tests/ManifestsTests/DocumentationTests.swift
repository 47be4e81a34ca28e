import ClusterConfiguration
import Foundation
import KubernetesModel
import Manifests
import Testing

/// What `docs/configuration.md` shows works.
@Suite struct DocumentationTests {
    private static func page() throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appendingPathComponent("docs/configuration.md"), encoding: .utf8)
    }

    /// The contents of the fenced blocks of a language, each with the line before its first.
    private static func blocks(of language: String, in page: String) -> [(line: Int, text: String)] {
        var blocks: [(line: Int, text: String)] = []
        var open: (line: Int, text: String)?
        for (index, line) in page.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line == "```", let block = open {
                blocks.append(block)
                open = nil
            } else if open != nil {
                open?.text += line + "\n"
            } else if line == "```\(language)" {
                open = (index + 1, "")
            }
        }
        return blocks
    }

    @Test("Every example is valid, and every kind has one")
    func examples() throws {
        let blocks = DocumentationTests.blocks(of: "yaml", in: try DocumentationTests.page())
        #expect(blocks.count >= 6)
        var kinds: Set<String> = []
        for block in blocks {
            let reading = ManifestReading(block.text)
            let made = Configuration.make(from: reading.state)
            let problems = reading.problems + made.problems
            #expect(problems.isEmpty, "the example at line \(block.line): \(problems)")
            for line in block.text.split(separator: "\n") where line.hasPrefix("kind: ") {
                kinds.insert(String(line.dropFirst(6)))
            }
        }
        let documented: Set = [
            "IPAddressPool", "L2Advertisement", "BGPAdvertisement", "BGPPeer", "BFDProfile", "Community",
        ]
        #expect(kinds.isSuperset(of: documented))
    }

    /// The first words of the fields that the tables of a kind's section have.
    private static func documentedFields(of kind: String, in page: String) -> Set<String> {
        guard let section = page.components(separatedBy: "\n## ").first(where: { $0.hasPrefix("\(kind)\n") }) else {
            return []
        }
        return Set(
            section.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { row in
                String(row.dropFirst(3).prefix { $0 != "`" && $0 != "." && $0 != "[" })
            })
    }

    /// The fields of a spec's model.
    private static func fields(of spec: (some Decodable).Type) throws -> Set<String> {
        let model = try JSONDecoder().decode(spec, from: Data("{}".utf8))
        return Set(Mirror(reflecting: model).children.compactMap(\.label))
    }

    @Test("Every field that is read is documented, and no other")
    func fields() throws {
        let page = try DocumentationTests.page()
        func documented(_ kind: String) -> Set<String> { DocumentationTests.documentedFields(of: kind, in: page) }
        #expect(try documented("IPAddressPool") == DocumentationTests.fields(of: IPAddressPoolSpec.self))
        #expect(try documented("L2Advertisement") == DocumentationTests.fields(of: L2AdvertisementSpec.self))
        #expect(try documented("BGPAdvertisement") == DocumentationTests.fields(of: BGPAdvertisementSpec.self))
        #expect(try documented("BFDProfile") == DocumentationTests.fields(of: BFDProfileSpec.self))
        #expect(try documented("Community") == DocumentationTests.fields(of: CommunityListSpec.self))
        // A BGPPeer's mirror keeps its fields to itself, for the password among them; but it complains of each.
        #expect(documented("BGPPeer").count == 26)
        for field in documented("BGPPeer") {
            let reading = ManifestReading(
                "{apiVersion: martlet.dev/v1beta1, kind: BGPPeer, metadata: {name: a}, spec: {\(field): [[x]]}}")
            #expect(reading.problems.contains { $0.severity == .error }, "\(field): \(reading.lines)")
        }
    }
}

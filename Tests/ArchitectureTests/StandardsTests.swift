import Foundation
import TestSupport
import Testing

/// `docs/standards.md` says for each RFC which test shows what is kept.
@Suite("Standards") struct StandardsTests {
    /// The cells of its tables: what is kept, what is not, and what shows it.
    private static func rows() throws -> [(rfc: String, tests: String)] {
        let text = try String(contentsOf: SourceTree.root.appendingPathComponent("docs/standards.md"), encoding: .utf8)
        return text.split(separator: "\n").filter { $0.hasPrefix("| ") }
            .map { $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
            .filter { $0.count == 4 && $0[0] != "RFC" && !$0[0].hasPrefix("---") }
            .map { (rfc: $0[0], tests: $0[1] + " " + $0[3]) }
    }

    @Test("Every test that the page names is there") func names() throws {
        let below = SourceTree.root.appendingPathComponent("Tests")
        var known: Set<String> = []
        for case let path as String in FileManager.default.enumerator(atPath: below.path) ?? .init() {
            known.insert(path)
            known.insert(String(path.split(separator: "/").last ?? ""))
        }
        var found = 0
        for row in try Self.rows() {
            for word in row.tests.split(separator: "`") where word.contains("Tests") && !word.contains(" ") {
                found += 1
                let isThere = [String(word), word + ".swift"].contains { known.contains($0) }
                #expect(isThere, "RFC \(row.rfc): \(word)")
            }
        }
        #expect(found > 40)
    }

    @Test("Every RFC that is kept has a test") func kept() throws {
        for row in try Self.rows() where !row.tests.contains("Tests") {
            // What is not built has nothing to show.
            #expect(row.rfc.hasPrefix("9234"), "RFC \(row.rfc): \(row.tests)")
        }
    }
}

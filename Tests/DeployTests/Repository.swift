import Foundation

/// The files that are tested.
enum Repository {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func path(_ path: String) -> String { root.appendingPathComponent(path).path }

    static func text(_ path: String) throws -> String { try String(contentsOfFile: self.path(path), encoding: .utf8) }

    static func documents(_ path: String) throws -> [Value] { try Value.documents(in: text(path)) }

    /// The files of a folder that end in a way, with their paths from the root, sorted.
    static func files(below folder: String, _ end: String) -> [String] {
        let base = root.appendingPathComponent(folder).resolvingSymlinksInPath()
        return (FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? [])
            .filter { $0.hasSuffix(end) }.sorted().map { "\(folder)/\($0)" }
    }

    /// The folders with a kustomization, each of which is a whole.
    static let overlays = ["deploy/overlays/bgp", "deploy/overlays/full", "deploy/overlays/layer2"]

    /// Every page for people.
    static var pages: [String] { ["README.md"] + files(below: "docs", ".md") }

    /// The contents of a page's fenced blocks of YAML, each with the line before its first.
    static func yamlBlocks(of page: String) throws -> [(line: Int, text: String)] {
        var blocks: [(line: Int, text: String)] = []
        var open: (line: Int, text: String)?
        for (index, line) in try text(page).split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line == "```", let block = open {
                blocks.append(block)
                open = nil
            } else if open != nil {
                open?.text += line + "\n"
            } else if line == "```yaml" {
                open = (index + 1, "")
            }
        }
        return blocks
    }
}

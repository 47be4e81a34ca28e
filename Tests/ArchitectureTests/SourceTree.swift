import Foundation

/// The repository's own files, found from where this one was compiled.
enum SourceTree {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    struct File: CustomStringConvertible {
        let path: String
        let lines: [Substring]

        /// `Sources/LAYER/TARGET/…`.
        var target: String { String(path.split(separator: "/")[2]) }
        var layer: String { String(path.split(separator: "/")[1]) }
        var description: String { path }
    }

    /// The Swift files below a folder of the repository, with their paths from its root.
    static func swiftFiles(below folder: String) throws -> [File] {
        let base = root.appendingPathComponent(folder).resolvingSymlinksInPath()
        guard let enumerator = FileManager.default.enumerator(atPath: base.path) else { return [] }
        return try enumerator.compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.sorted().map { name in
            let text = try String(contentsOf: base.appendingPathComponent(name), encoding: .utf8)
            return File(
                path: folder + "/" + name, lines: text.split(separator: "\n", omittingEmptySubsequences: false))
        }
    }
}

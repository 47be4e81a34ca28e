import ClusterConfiguration
import Manifests
import SystemIO
import Timing

/// The manifests that `martlet run` works on, and word of when to read them again.
struct ManifestSource: Sendable {
    private let paths: [String]
    private let watcher: FileWatcher
    private(set) var mustTryAgain = false

    init(paths: [String]) throws(SystemError) {
        self.paths = paths
        watcher = try FileWatcher()
    }

    /// One element for each burst of changes.
    var changes: AsyncStream<Void> { watcher.changes }

    /// Reads everything; `nil` while somebody is writing one of the files.
    ///
    /// Afterwards ``mustTryAgain`` says whether word of the next change cannot be relied on: somebody has a file open, or
    /// a directory is not there to be watched.
    mutating func read(at now: Instant) -> ManifestReading? {
        // Before reading: what changes from here on is told.
        let unwatched = watcher.watch(Set(paths.flatMap { [$0, ManifestSource.parent(of: $0)] }))
        let isHalfWritten = watcher.filesBeingWritten(at: now).contains(where: isManifest)
        let reading = isHalfWritten ? nil : ManifestReader.read(paths: paths)
        mustTryAgain = isHalfWritten || !unwatched.isEmpty
        return reading
    }

    private func isManifest(_ file: String) -> Bool {
        let name = file.split(separator: "/").last ?? ""
        guard !name.hasPrefix(".") else { return false }
        if [".yaml", ".yml", ".json"].contains(where: name.hasSuffix) { return true }
        return paths.contains { $0 == file || ManifestSource.parent(of: $0) + "/" + $0 == file }
    }

    /// The directory that a path is in.
    private static func parent(of path: String) -> String {
        let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        guard let slash = trimmed.lastIndex(of: "/") else { return "." }
        return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
    }
}

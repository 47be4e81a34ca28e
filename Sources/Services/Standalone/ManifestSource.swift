import ClusterConfiguration
import Manifests
import SystemIO
import Timing

/// The manifests that `martlet run` works on, and word of when to read them again.
package struct ManifestSource: Sendable {
    /// How long everything waits for a file that is being written: files that are written one after the other are often
    /// one change. After that the file keeps its last content, and the others take effect.
    package static let patience = Duration.seconds(3)

    private let paths: [String]
    private let watcher: FileWatcher
    package private(set) var mustTryAgain = false
    /// Since when reading waits for a file that is being written.
    private var waitingSince: Instant?
    private var store = HeldManifestStore()

    package init(paths: [String]) throws(SystemError) {
        self.paths = paths
        watcher = try FileWatcher()
    }

    /// One element for each burst of changes.
    package var changes: AsyncStream<Void> { watcher.changes }

    /// Reads everything; `nil` while one of the files is being written, though not for long.
    ///
    /// Afterwards ``mustTryAgain`` says whether word of the next change cannot be relied on: a file is open for writing, or
    /// a directory is not there to be watched.
    package mutating func read(at now: Instant) -> ManifestReading? {
        // Before reading: what changes from here on is reported. Twice, since a link may have come just before it was watched.
        var watch = ManifestWatch(paths)
        _ = watcher.watch(watch.names)
        watch = ManifestWatch(paths)
        let unwatched = watcher.watch(watch.names)
        let written = watch.manifests(at: watcher.filesBeingWritten(at: now))
        mustTryAgain = !written.isEmpty || !unwatched.isEmpty
        if written.isEmpty {
            waitingSince = nil
        } else {
            let since = waitingSince ?? now
            waitingSince = since
            guard since.advanced(by: ManifestSource.patience) <= now else { return nil }
        }
        store.hold(written)
        return ManifestReader.read(paths: paths, from: store)
    }
}

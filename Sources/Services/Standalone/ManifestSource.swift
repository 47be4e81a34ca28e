import ClusterConfiguration
import Manifests
import SystemIO
import Timing

/// The manifests that `martlet run` works on, and word of when to read them again.
///
/// Every file is kept as it was read. Where the system told of a few files, only these are read; else all are looked at,
/// and those read that are not as they were.
package struct ManifestSource: Sendable {
    /// How long everything waits for a file that is being written: files that are written one after the other are often
    /// one change. After that the file keeps its last content, and the others take effect.
    package static let patience = Duration.seconds(3)

    /// How much to look at.
    package enum Extent: Sendable {
        /// What the system told of.
        case changed
        /// All files, of which those are read that differ by what the system says of them.
        case all
        /// All files, and all of them are read.
        case afresh
    }

    private let paths: [String]
    private let watcher: FileWatcher
    package private(set) var mustTryAgain = false
    /// How many files were read since the start.
    package private(set) var filesRead = 0
    /// Since when reading waits for a file that is being written.
    private var waitingSince: Instant?
    private var watch = ManifestWatch([])
    private var library = ManifestLibrary()
    private var stamps: [String: FileStamp] = [:]
    /// Names that were told of, and not read since.
    private var told: Set<String> = []
    private var mustLookAtAll = true
    /// Whether something could not be watched when that was last tried.
    private var unwatched = false

    package init(paths: [String]) throws(SystemError) {
        self.paths = paths
        watcher = try FileWatcher()
    }

    /// One element for each burst of changes.
    package var changes: AsyncStream<Void> { watcher.changes }

    /// Reads what changed; `nil` while one of the files is being written, though not for long.
    ///
    /// Afterwards ``mustTryAgain`` says whether word of the next change cannot be relied on: a file is open for writing, or
    /// a directory is not there to be watched.
    package mutating func read(at now: Instant, _ extent: Extent = .changed) -> ManifestNews? {
        if extent == .afresh { stamps = [:] }
        if extent != .changed { mustLookAtAll = true }
        let news = watcher.takeNews()
        told.formUnion(news.files)
        if news.isUncertain { mustLookAtAll = true }
        let few = mustLookAtAll ? nil : plainManifests()
        if few == nil {
            mustLookAtAll = true
            // Before reading: what changes from here on is reported. Twice, since a link may have come just before it was watched.
            _ = watcher.watch(ManifestWatch(paths).names)
            watch = ManifestWatch(paths)
            unwatched = !watcher.watch(watch.names).isEmpty
        }
        let files = watcher.filesBeingWritten(at: now)
        let written = watch.manifests(at: files)
        mustTryAgain = !written.isEmpty || unwatched
        if written.isEmpty {
            waitingSince = nil
        } else {
            let since = waitingSince ?? now
            waitingSince = since
            guard since.advanced(by: ManifestSource.patience) <= now else { return nil }
        }
        told = files
        var fresh: [String: FileReading] = [:]
        let change = few.flatMap { readFew($0.subtracting(written), &fresh) }
        let result = change.map { ManifestNews.part($0) } ?? .whole(readAll(but: written, fresh))
        // A directory that cannot be watched may change at any time.
        mustLookAtAll = unwatched
        return result
    }

    // MARK: - A few

    /// The manifests that changed, if nothing else did; `nil` if a link or a directory may have changed.
    private func plainManifests() -> Set<String>? {
        var result: Set<String> = []
        for file in told {
            let manifests = watch.manifests(at: [file])
            for manifest in manifests {
                guard watch.isItself(file, manifest) else { return nil }
                switch FileStamp.kind(of: file) {
                case .regular: break
                // One that is named itself must be there.
                case .nothing: guard library.place(of: manifest)?.name != "" else { return nil }
                case .other: return nil
                }
            }
            result.formUnion(manifests)
        }
        return result
    }

    /// - Parameter fresh: gets what was read, also where `nil` is returned, since more than a few must be looked at.
    private mutating func readFew(_ manifests: Set<String>, _ fresh: inout [String: FileReading]) -> ManifestChange? {
        var replacements: [ManifestLibrary.Replacement] = []
        for path in manifests.sorted() {
            guard let place = library.place(of: path) ?? newPlace(of: path) else { return nil }
            if FileStamp.kind(of: path) == .nothing { stamps[path] = nil } else { fresh[path] = file(path) }
            replacements.append(.init(path: path, place: place, reading: fresh[path]))
        }
        return library.replace(replacements)
    }

    private func newPlace(of path: String) -> ManifestPlace? {
        for (argument, directory) in paths.enumerated() where watch.directories.contains(directory) {
            let name = String(path.split(separator: "/").last ?? "")
            if ManifestReader.join(directory, name) == path { return ManifestPlace(argument: argument, name: name) }
        }
        return nil
    }

    // MARK: - All

    private mutating func readAll(but held: Set<String>, _ fresh: [String: FileReading]) -> ManifestReading {
        let listing = ManifestListing(paths)
        var entries: [ManifestLibrary.Entry] = []
        for file in listing.files {
            let reading: FileReading
            if let error = file.error {
                reading = ManifestReader.read(ManifestFile(name: file.path, contents: .failure(error)))
            } else if held.contains(file.path) {
                // One that is not complete for the first time is not there yet.
                guard let former = library.reading(of: file.path) else {
                    guard file.place.name.isEmpty else { continue }
                    entries.append(.init(path: file.path, place: file.place, reading: self.file(file.path)))
                    continue
                }
                reading = former
            } else if let read = fresh[file.path] {
                reading = read
            } else if let stamp = stamps[file.path], stamp == FileStamp(file.path),
                let former = library.reading(of: file.path)
            {
                reading = former
            } else {
                reading = self.file(file.path)
            }
            entries.append(.init(path: file.path, place: file.place, reading: reading))
        }
        let known = Set(entries.map(\.path))
        stamps = stamps.filter { known.contains($0.key) }
        return library.replaceAll(entries, notes: listing.notes)
    }

    private mutating func file(_ path: String) -> FileReading {
        filesRead += 1
        // Before reading: a change that comes between gives another stamp.
        stamps[path] = FileStamp(path)
        return ManifestReader.read(ManifestReader.file(path, in: DiskManifestStore()))
    }
}

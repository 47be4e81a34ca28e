import Dispatch
import Glibc
import Synchronization
import Timing

/// Says when something changes in directories, by inotify(7). It does not poll.
///
/// Directories are watched, not files, but only for the names that matter: an editor that writes a new file and renames it over the old one, a ConfigMap
/// whose link is swapped, a file that vanishes and comes back are all seen. What changed is for the reader to find out;
/// but ``filesBeingWritten(at:)`` tells which are half-written now.
package final class FileWatcher: Sendable {
    /// How long after its last change an open file counts as half-written, where its writer never closes it.
    package static let patience = Duration.seconds(2)

    /// Which names of a directory matter.
    package struct Names: Sendable {
        package var names: Set<String>
        /// Further ones; `nil`: none.
        package var pattern: (@Sendable (String) -> Bool)?

        package init(_ names: Set<String> = [], pattern: (@Sendable (String) -> Bool)? = nil) {
            self.names = names
            self.pattern = pattern
        }

        func contain(_ name: String) -> Bool { names.contains(name) || pattern?(name) ?? false }
    }

    private struct Watched {
        let directory: String
        let names: Names
    }

    private struct State {
        /// One watch may be of several paths that lead to one directory.
        var directories: [CInt: [Watched]] = [:]
        var writing: [String: Instant] = [:]
        var news = News()
    }

    /// What was told since it was last asked for.
    package struct News: Sendable {
        /// The names that were told of, as ``filesBeingWritten(at:)`` calls them.
        package var files: Set<String> = []
        /// Whether a directory itself changed, or events were lost: anything may have changed.
        package var isUncertain = false

        /// As many names as are kept.
        static let most = 65_536
    }

    /// What changed since this was last called.
    package func takeNews() -> News {
        shared.state.withLock { state in
            defer { state.news = News() }
            return state.news
        }
    }

    /// What the handler of events shares with the watcher, without keeping it alive.
    private final class Shared: Sendable {
        let state = Mutex(State())
    }

    private let descriptor: FileDescriptor
    private let shared = Shared()
    // Dispatch sources may be used from any thread; their Swift type does not say so.
    nonisolated(unsafe) private let source: any DispatchSourceRead

    /// One element for each burst of changes; an unread burst absorbs the next.
    package let changes: AsyncStream<Void>

    package init() throws(SystemError) {
        let raw = inotify_init1(CInt(IN_NONBLOCK | IN_CLOEXEC))
        guard raw >= 0 else { throw .last("cannot watch files") }
        descriptor = FileDescriptor(owning: raw)
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        changes = stream
        unsafe source = FileWatcher.makeSource(raw, shared, continuation)
    }

    deinit { unsafe source.cancel() }

    /// Watches exactly these names from now on; what is something else than a directory is left out.
    ///
    /// - Parameter wanted: by directory.
    /// - Returns: the directories that cannot be watched now, with the reason. Watch their names in their parents, and call
    ///   again.
    package func watch(_ wanted: [String: Names]) -> [String: SystemError] {
        shared.state.withLock { state in
            var failures: [String: SystemError] = [:]
            var watched: [CInt: [Watched]] = [:]
            for (path, names) in wanted.sorted(by: { $0.key < $1.key }) {
                // Watching a path again gives the same watch, or a new one if another directory is there now.
                let watch = unsafe inotify_add_watch(descriptor.rawValue, path, FileWatcher.events)
                if watch >= 0 {
                    watched[watch, default: []].append(Watched(directory: path, names: names))
                } else if errno != ENOTDIR {
                    failures[path] = .last("cannot watch \(path)")
                }
            }
            for watch in state.directories.keys where watched[watch] == nil {
                inotify_rm_watch(descriptor.rawValue, watch)
            }
            state.directories = watched
            return failures
        }
    }

    /// The watched files that are being written: changed, and neither closed nor left alone for ``patience``. Each is
    /// named by its directory, as that was given, and its name (``PathTrail/join(_:_:)``).
    package func filesBeingWritten(at now: Instant) -> Set<String> {
        shared.state.withLock { state in
            state.writing = state.writing.filter { $0.value.advanced(by: FileWatcher.patience) > now }
            return Set(state.writing.keys)
        }
    }

    private static let events = UInt32(
        IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_MODIFY | IN_DELETE | IN_DELETE_SELF
            | IN_MOVE_SELF | IN_ONLYDIR)

    private static func makeSource(
        _ descriptor: CInt, _ shared: Shared, _ continuation: AsyncStream<Void>.Continuation
    ) -> any DispatchSourceRead {
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: DispatchQueue(label: "files"))
        source.setEventHandler {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            var isComplete = false
            while true {
                let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
                guard count > 0 else { break }
                if note(buffer[..<count], in: shared) { isComplete = true }
            }
            if isComplete { continuation.yield() }
        }
        source.setCancelHandler { continuation.finish() }
        source.resume()
        return source
    }

    /// Takes note of events, and says whether any of them left something to read.
    private static func note(_ events: ArraySlice<UInt8>, in shared: Shared) -> Bool {
        let now = UptimeClock.now
        var isComplete = false
        shared.state.withLock { state in
            var rest = events
            // struct inotify_event: wd, mask, cookie, len; then a name of len octets, filled up with zeros.
            while rest.count >= 16 {
                func word(_ index: Int) -> UInt32 {
                    (0..<4).reduce(0) { $0 | UInt32(rest[rest.startIndex + 4 * index + $1]) << UInt32(8 * $1) }
                }
                let (watch, mask, length) = (CInt(bitPattern: word(0)), Int(word(1)), Int(word(3)))
                let name = String(decoding: rest.dropFirst(16).prefix(length).prefix { $0 != 0 }, as: UTF8.self)
                rest = rest.dropFirst(16 + length)
                // Without a name, it is about the directory itself, or events were lost.
                guard !name.isEmpty else {
                    isComplete = true
                    state.news.isUncertain = true
                    continue
                }
                for watched in state.directories[watch] ?? [] where watched.names.contain(name) {
                    let path = PathTrail.join(watched.directory, name)
                    if state.news.files.count < News.most {
                        state.news.files.insert(path)
                    } else {
                        state.news.isUncertain = true
                    }
                    if mask & Int(IN_MODIFY) != 0 || mask & Int(IN_CREATE) != 0 && isNewFile(path) {
                        state.writing[path] = now
                    } else {
                        state.writing[path] = nil
                        isComplete = true
                    }
                }
            }
        }
        return isComplete
    }

    /// Whether this is a file with one name, which was just created to be written; not a directory, nor a
    /// symbolic or hard link, which are complete as soon as they are there.
    private static func isNewFile(_ path: String) -> Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_nlink == 1
    }
}

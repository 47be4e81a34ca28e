import Dispatch
import Glibc
import Synchronization

/// Says when something changes in directories, by inotify(7). It does not poll.
///
/// Directories are watched, not files: an editor that writes a new file and renames it over the old one, a ConfigMap
/// whose link is swapped, a file that vanishes and comes back are all seen. What changed is for the reader to find out.
package final class FileWatcher: Sendable {
    private struct State {
        var watched: [String: CInt] = [:]
    }

    private let descriptor: FileDescriptor
    // Dispatch sources may be used from any thread; their Swift type does not say so.
    nonisolated(unsafe) private let source: any DispatchSourceRead
    private let state = Mutex(State())

    /// One element for each burst of changes; a burst that nobody has read yet absorbs the next.
    package let changes: AsyncStream<Void>

    package init() throws(SystemError) {
        let raw = inotify_init1(CInt(IN_NONBLOCK | IN_CLOEXEC))
        guard raw >= 0 else { throw .last("cannot watch files") }
        descriptor = FileDescriptor(owning: raw)
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        changes = stream
        unsafe source = FileWatcher.makeSource(raw, continuation)
    }

    private static func makeSource(_ descriptor: CInt, _ continuation: AsyncStream<Void>.Continuation)
        -> any DispatchSourceRead
    {
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: DispatchQueue(label: "files"))
        source.setEventHandler {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            // The events say only that there is something to read again, so they are thrown away.
            while unsafe buffer.withUnsafeMutableBytes({ unsafe read(descriptor, $0.baseAddress, $0.count) }) > 0 {}
            continuation.yield()
        }
        source.setCancelHandler { continuation.finish() }
        source.resume()
        return source
    }

    deinit { unsafe source.cancel() }

    /// Watches exactly these directories from now on.
    ///
    /// - Returns: those that cannot be watched now, with the reason. Watch their parents, and call again.
    package func watch(_ directories: Set<String>) -> [String: SystemError] {
        state.withLock { state in
            for (path, watch) in state.watched where !directories.contains(path) {
                inotify_rm_watch(descriptor.rawValue, watch)
                state.watched[path] = nil
            }
            var failures: [String: SystemError] = [:]
            for path in directories.sorted() {
                let mask =
                    IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF
                // Watching a path again gives the same watch, or a new one if another directory is there now.
                let watch = unsafe inotify_add_watch(descriptor.rawValue, path, UInt32(mask))
                if watch < 0 {
                    failures[path] = .last("cannot watch \(path)")
                    state.watched[path] = nil
                } else {
                    state.watched[path] = watch
                }
            }
            return failures
        }
    }
}

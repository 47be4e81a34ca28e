import Glibc

/// The directory where a process keeps what must survive it. One process at a time holds it.
///
/// A file is replaced as a whole: written beside, flushed, renamed over, and the directory flushed. A reader,
/// after a crash at any moment, finds the old content or the new.
package final class StateDirectory: Sendable {
    package let path: String
    private let lock: FileDescriptor

    /// Why a directory cannot be held.
    package enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// Another process holds it; its number, where it could be read.
        case held(path: String, by: Int?)
        case system(SystemError)

        package var description: String {
            switch self {
            case .held(let path, let process):
                """
                the state directory \(path) is in use by another martlet\(process.map { " (process \($0))" } ?? ""): \
                stop that one, or choose another directory with --state-dir
                """
            case .system(let error): error.description
            }
        }
    }

    /// Makes the directory if it is not there, and takes its lock until this object goes away.
    ///
    /// - Parameter patience: How long to wait, blocking the thread, for another process to let go of it. One that was
    ///   just killed holds it until the kernel has taken it down.
    package init(path: String, patience: Duration = .zero) throws(Failure) {
        self.path = path
        do throws(SystemError) {
            try StateDirectory.makeDirectories(path)
            lock = try RegularFile.open(path + "/lock", O_RDWR | O_CREAT, followsLinks: false)
        } catch { throw .system(error) }
        let deadline = ContinuousClock.now + patience
        while flock(lock.rawValue, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK else { throw .system(.last("cannot lock \(path)/lock")) }
            if ContinuousClock.now < deadline {
                usleep(10_000)
                continue
            }
            let holder = try? lock.readAll(from: path + "/lock", limit: 64)
            throw .held(path: path, by: holder.flatMap { Int(String(decoding: $0.filter { $0 > 32 }, as: UTF8.self)) })
        }
        // For the message of a second process. The lock itself does not depend on it, nor may a start: on a full disk it
        // cannot be written.
        _ = ftruncate(lock.rawValue, 0)
        try? lock.write(Array("\(getpid())\n".utf8), to: path + "/lock")
    }

    /// The content of a file, or `nil` if there is none. A symbolic link, or anything else than a regular file, is an error.
    package func read(_ name: String) throws(SystemError) -> [UInt8]? {
        let file = path + "/" + name
        do throws(SystemError) {
            return try RegularFile.read(file, limit: 1 << 30, followsLinks: false)
        } catch {
            if error.code == ENOENT { return nil }
            throw error
        }
    }

    /// Replaces a file, or leaves it as it was and throws.
    package func replace(_ name: String, with bytes: [UInt8]) throws(SystemError) {
        let file = path + "/" + name
        let temporary = file + ".new"
        do throws(SystemError) {
            // Leftovers of a crash or of another process are not overwritten.
            unsafe unlink(temporary)
            let descriptor = try FileDescriptor(path: temporary, flags: O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW)
            try descriptor.write(bytes, to: temporary)
            guard fsync(descriptor.rawValue) == 0 else { throw .last("cannot write \(temporary)") }
            guard unsafe rename(temporary, file) == 0 else { throw .last("cannot rename \(temporary) to \(file)") }
            let directory = try FileDescriptor(path: path, flags: O_RDONLY | O_DIRECTORY)
            guard fsync(directory.rawValue) == 0 else { throw .last("cannot flush \(path)") }
        } catch {
            unsafe unlink(temporary)
            throw error
        }
    }

    /// Opens a file that is there, to append to it.
    package func appending(to name: String) throws(SystemError) -> AppendedFile { try AppendedFile(path + "/" + name) }

    /// Removes a file, if it is there.
    package func remove(_ name: String) throws(SystemError) {
        let file = path + "/" + name
        guard unsafe unlink(file) == 0 || errno == ENOENT else { throw .last("cannot remove \(file)") }
    }

    private static func makeDirectories(_ path: String) throws(SystemError) {
        var partial = path.hasPrefix("/") ? "/" : ""
        for component in path.split(separator: "/") {
            partial += component
            guard unsafe mkdir(partial, 0o750) == 0 || errno == EEXIST else { throw .last("cannot create \(partial)") }
            partial += "/"
        }
    }
}

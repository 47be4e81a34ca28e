import Glibc
import Synchronization

/// A file that only grows, and of which everything is on disk once ``append(_:)`` has returned.
package final class AppendedFile: Sendable {
    private let path: String
    private let descriptor: FileDescriptor
    /// How long it was when it was opened.
    private let start: Int
    private let written = Mutex(0)

    init(_ path: String) throws(SystemError) {
        self.path = path
        descriptor = try RegularFile.open(path, O_WRONLY | O_APPEND, followsLinks: false)
        var status = stat()
        guard unsafe fstat(descriptor.rawValue, &status) == 0 else { throw .last("cannot open \(path)") }
        start = Int(status.st_size)
    }

    /// How many octets were appended.
    package var size: Int { written.withLock { $0 } }

    /// Appends, and waits until it is on disk. After an error, any part of it may be there; on a full disk it is taken back,
    /// so that it does not take the room that is needed to write otherwise.
    package func append(_ bytes: [UInt8]) throws(SystemError) {
        do throws(SystemError) {
            try descriptor.write(bytes, to: path)
            guard fdatasync(descriptor.rawValue) == 0 else { throw .last("cannot write \(path)") }
        } catch {
            _ = ftruncate(descriptor.rawValue, off_t(start + size))
            throw error
        }
        written.withLock { $0 += bytes.count }
    }
}

import Glibc

/// An open file, closed when it goes away.
package struct FileDescriptor: ~Copyable, Sendable {
    package let rawValue: CInt

    /// Takes ownership of an open descriptor.
    package init(owning rawValue: CInt) { self.rawValue = rawValue }

    /// Opens a file; `flags` as of open(2), to which `O_CLOEXEC` is added.
    package init(path: String, flags: CInt, mode: mode_t = 0o600) throws(SystemError) {
        let descriptor = unsafe open(path, flags | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw .last("cannot open \(path)") }
        rawValue = descriptor
    }

    deinit { _ = close(rawValue) }

    /// Writes all octets; `path` is for the error's text.
    package func write(_ bytes: [UInt8], to path: String) throws(SystemError) {
        try FileDescriptor.write(bytes, toDescriptor: rawValue, path)
    }

    /// Writes all octets to a descriptor that stays open.
    static func write(_ bytes: [UInt8], toDescriptor rawValue: CInt, _ path: String) throws(SystemError) {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(rawValue, buffer.baseAddress?.advanced(by: written), buffer.count - written)
            }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN {
                // Another process made it non-blocking, such as a shell's terminal.
                var waiting = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
                _ = unsafe poll(&waiting, 1, -1)
                continue
            }
            guard count > 0 else { throw .last("cannot write \(path)") }
            written += count
        }
    }

    /// Reads up to the end of the file; `limit` guards against a file that never ends.
    package func readAll(from path: String, limit: Int) throws(SystemError) -> [UInt8] {
        let bytes = try readBeginning(of: path, octets: limit + 1)
        guard bytes.count <= limit else { throw SystemError("cannot read \(path)", code: EFBIG) }
        return bytes
    }

    /// Reads up to the end of the file, or so many octets.
    package func readBeginning(of path: String, octets: Int) throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count < octets {
            let count = unsafe chunk.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(rawValue, buffer.baseAddress, min(buffer.count, octets - bytes.count))
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .last("cannot read \(path)") }
            guard count > 0 else { break }
            bytes.append(contentsOf: chunk[..<count])
        }
        return bytes
    }
}

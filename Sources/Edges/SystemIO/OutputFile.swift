import Glibc

/// A file that a person named for a program's answer, for its owner alone.
package enum OutputFile {
    /// Writes it as a whole: a regular file, or one that is not there yet, is replaced by a rename, so that it is never half
    /// written. Anything else keeps its place and is written through: a symbolic link's target, a device, a pipe.
    package static func write(_ bytes: [UInt8], to path: String) throws(SystemError) {
        guard try isReplaceable(path) else { return try writeThrough(bytes, path) }
        do throws(SystemError) {
            try replace(path, with: bytes)
        } catch {
            // A folder that permits no new file, or a file that something is mounted on: the file itself may still permit it.
            guard [EACCES, EPERM, EBUSY].contains(error.code), unsafe access(path, W_OK) == 0 else { throw error }
            try writeThrough(bytes, path)
        }
    }

    private static func isReplaceable(_ path: String) throws(SystemError) -> Bool {
        var information = stat()
        guard unsafe lstat(path, &information) == 0 else {
            guard errno == ENOENT else { throw .last("cannot write \(path)") }
            return true
        }
        return information.st_mode & S_IFMT == S_IFREG
    }

    private static func replace(_ path: String, with bytes: [UInt8]) throws(SystemError) {
        let temporary = "\(path).\(getpid()).new"
        // O_EXCL: never something that another has put there, such as a link.
        let descriptor = try FileDescriptor(path: temporary, flags: O_WRONLY | O_CREAT | O_EXCL)
        do throws(SystemError) {
            try descriptor.write(bytes, to: path)
            guard fsync(descriptor.rawValue) == 0 else { throw .last("cannot write \(path)") }
            guard unsafe rename(temporary, path) == 0 else { throw .last("cannot replace \(path)") }
        } catch {
            unsafe unlink(temporary)
            throw error
        }
    }

    private static func writeThrough(_ bytes: [UInt8], _ path: String) throws(SystemError) {
        let descriptor = try FileDescriptor(path: path, flags: O_WRONLY | O_CREAT | O_TRUNC)
        var information = stat()
        if unsafe fstat(descriptor.rawValue, &information) == 0, information.st_mode & S_IFMT == S_IFREG {
            _ = fchmod(descriptor.rawValue, 0o600)
        }
        try descriptor.write(bytes, to: path)
    }
}

import Glibc

/// Reads files by a given path: only regular ones.
///
/// To open a named pipe waits for a writer, and to open a device may do anything: both hang or disturb a process that
/// only wanted to read its configuration.
package enum RegularFile {
    /// Reads a whole file.
    ///
    /// - Parameters:
    ///   - limit: the octets that it may have; a longer one is `EFBIG`.
    ///   - followsLinks: without it, a symbolic link is an error.
    /// - Throws: ``SystemError``; its code is `ENOENT` if there is no such file, `EISDIR` for a directory and `EINVAL` for
    ///   anything else that is not a regular file.
    package static func read(
        _ path: String, limit: Int, followsLinks: Bool = true
    ) throws(SystemError) -> [UInt8] {
        try open(path, O_RDONLY, followsLinks: followsLinks).readAll(from: path, limit: limit)
    }

    /// Reads no more than so many octets of a file.
    package static func beginning(of path: String, octets: Int) throws(SystemError) -> [UInt8] {
        try open(path, O_RDONLY).readBeginning(of: path, octets: octets)
    }

    /// Opens a regular file, made if `flags` say so.
    static func open(
        _ path: String, _ flags: CInt, mode: mode_t = 0o600, followsLinks: Bool = true
    ) throws(SystemError) -> FileDescriptor {
        // Looked at before it is opened: some devices do something as soon as they are.
        var status = stat()
        let known = unsafe followsLinks ? stat(path, &status) : lstat(path, &status)
        if known == 0 { try check(status, path) }
        let flags = flags | O_NONBLOCK | O_NOCTTY | (followsLinks ? 0 : O_NOFOLLOW)
        let descriptor = try FileDescriptor(path: path, flags: flags, mode: mode)
        guard unsafe fstat(descriptor.rawValue, &status) == 0 else { throw .last("cannot open \(path)") }
        try check(status, path)
        return descriptor
    }

    private static func check(_ status: stat, _ path: String) throws(SystemError) {
        let what: String
        switch status.st_mode & S_IFMT {
        case S_IFREG: return
        case S_IFDIR: throw SystemError("cannot read \(path)", code: EISDIR)
        case S_IFLNK: what = "a symbolic link"
        case S_IFIFO: what = "a named pipe"
        case S_IFSOCK: what = "a socket"
        case S_IFCHR, S_IFBLK: what = "a device"
        default: what = "something else"
        }
        throw SystemError("cannot read \(path)", reason: "it is \(what), not a regular file", code: EINVAL)
    }
}

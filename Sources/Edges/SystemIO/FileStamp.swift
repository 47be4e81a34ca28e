import Glibc

/// What the system says of a file's content without reading it: as long as two are equal, the content is the same.
package struct FileStamp: Hashable, Sendable {
    /// What is there at a path, links not followed.
    package enum Kind: Hashable, Sendable { case nothing, regular, other }

    /// A file that changed so short a time before it was looked at may change again without another stamp, since the
    /// clock of a file system has steps, and need not be this host's.
    private static let unsettled: Int64 = 2_000_000_000

    private let device: UInt64
    private let inode: UInt64
    private let size: Int64
    private let modified: Int64
    private let changed: Int64

    /// `nil` for what is no regular file, or one whose last change is too young to tell.
    package init?(_ path: String) {
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        var now = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &now)
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        modified = FileStamp.nanoseconds(status.st_mtim)
        changed = FileStamp.nanoseconds(status.st_ctim)
        guard max(modified, changed) &+ FileStamp.unsettled < FileStamp.nanoseconds(now) else { return nil }
    }

    /// What is at a path.
    package static func kind(of path: String) -> Kind {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return errno == ENOENT ? .nothing : .other }
        return status.st_mode & S_IFMT == S_IFREG ? .regular : .other
    }

    private static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
    }
}

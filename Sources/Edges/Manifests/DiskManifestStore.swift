import Foundation
import SystemIO

/// Manifests on the disk: regular files, since a pipe or a device would keep the reader waiting.
package struct DiskManifestStore: ManifestStore {
    /// Whether pipes that the process was started with may be read, once.
    private let readsDescriptors: Bool

    package init(readsDescriptors: Bool = false) { self.readsDescriptors = readsDescriptors }

    package func files(inDirectory path: String) throws(ManifestAccessError) -> [String]? {
        guard FileManager.default.fileExists(atPath: path) else {
            throw ManifestAccessError("no such file or directory")
        }
        guard DiskManifestStore.isDirectory(path) else { return nil }
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path).filter { name in
                !DiskManifestStore.isDirectory("\(path)/\(name)")
            }
        } catch { throw DiskManifestStore.accessError(error) }
    }

    /// Whether there is a directory, or a link to one: only directories have an entry for themselves.
    private static func isDirectory(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path + "/.") }

    package func contents(of path: String, atMost limit: Int) throws(ManifestAccessError) -> [UInt8] {
        if readsDescriptors, DiskManifestStore.isDescriptor(path) { return try stream(path, atMost: limit) }
        do throws(SystemError) {
            return try RegularFile.beginning(of: path, octets: limit)
        } catch { throw ManifestAccessError(error.code == ENOENT ? "no such file or directory" : error.cause) }
    }

    /// Whether the path names what the process was started with, as `<(command)` of a shell does.
    private static func isDescriptor(_ path: String) -> Bool {
        path == "/dev/stdin" || path.hasPrefix("/dev/fd/") || path.hasPrefix("/proc/self/fd/")
    }

    private func stream(_ path: String, atMost limit: Int) throws(ManifestAccessError) -> [UInt8] {
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? handle.close() }
            return try DiskManifestStore.read(handle, atMost: limit)
        } catch { throw DiskManifestStore.accessError(error) }
    }

    package func standardInput(atMost limit: Int) throws(ManifestAccessError) -> [UInt8] {
        do { return try DiskManifestStore.read(.standardInput, atMost: limit) } catch {
            throw DiskManifestStore.accessError(error)
        }
    }

    /// Reads to the end; a pipe gives less than it is asked for long before it ends.
    private static func read(_ handle: FileHandle, atMost limit: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < limit, let chunk = try handle.read(upToCount: min(limit - bytes.count, 1 << 20)),
            !chunk.isEmpty
        {
            bytes.append(contentsOf: chunk)
        }
        return bytes
    }

    /// What the system said, without the path, which the message names anyway.
    private static func accessError(_ error: any Error) -> ManifestAccessError {
        let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
        guard underlying.domain == NSPOSIXErrorDomain, let code = POSIXErrorCode(rawValue: Int32(underlying.code))
        else {
            return ManifestAccessError((error as NSError).localizedDescription)
        }
        switch code {
        case .ENOENT: return ManifestAccessError("no such file or directory")
        case .EACCES, .EPERM: return ManifestAccessError("permission denied")
        case .EISDIR: return ManifestAccessError("is a directory")
        default: return ManifestAccessError("\(POSIXError(code).localizedDescription)")
        }
    }
}

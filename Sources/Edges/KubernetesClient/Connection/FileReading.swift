import Foundation
import SystemIO

/// Where files are read from.
package protocol FileReading: Sendable {
    func exists(_ path: String) -> Bool
    func read(_ path: String) throws -> [UInt8]
}

/// The files of this machine.
package struct DiskFiles: FileReading {
    /// No kubeconfig, certificate or token is longer.
    private static let limit = 16 << 20

    package init() {}

    package func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    package func read(_ path: String) throws -> [UInt8] {
        do throws(SystemError) {
            return try RegularFile.read(path, limit: DiskFiles.limit)
        } catch {
            let problem =
                switch error.code {
                case ENOENT: "does not exist"
                case EACCES, EPERM: "cannot be read: permission denied"
                default: "cannot be read: \(error.cause)"
                }
            throw ClientConfiguration.Failure("\(path) \(problem)")
        }
    }
}

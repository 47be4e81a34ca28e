import Foundation

/// Where files are read from.
package protocol FileReading: Sendable {
    func exists(_ path: String) -> Bool
    func read(_ path: String) throws -> [UInt8]
}

/// The files of this machine.
package struct DiskFiles: FileReading {
    package init() {}

    package func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    package func read(_ path: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ClientConfiguration.Failure(
                exists(path) ? "\(path) cannot be read: permit it" : "\(path) is not there")
        }
        return Array(data)
    }
}

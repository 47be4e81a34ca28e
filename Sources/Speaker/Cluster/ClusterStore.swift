import Crypto
import FoundationEssentials
import SystemIO

/// Keeps the last known state of a cluster in a file that only its owner can read.
///
/// The first line is the SHA-256 of the rest, which is JSON.
package struct ClusterStore: Sendable {
    package static let file = "cluster.json"

    private let directory: StateDirectory

    package init(_ directory: StateDirectory) { self.directory = directory }

    /// What was saved last; or nothing, with a sentence that says why where that is not as it should be.
    package func load() -> (saved: SavedCluster?, warning: String?) {
        let path = "\(directory.path)/\(ClusterStore.file)"
        do throws(SystemError) {
            guard let bytes = try directory.read(ClusterStore.file) else { return (nil, nil) }
            guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")),
                ClusterStore.checksum(bytes[(end + 1)...]) == String(decoding: bytes[..<end], as: UTF8.self)
            else { return (nil, "\(path) is damaged, and not used: without the API server nothing can be announced") }
            guard let saved = try? JSONDecoder().decode(SavedCluster.self, from: Data(bytes[(end + 1)...])),
                saved.version == SavedCluster.currentVersion
            else { return (nil, "\(path) was written by another version of martlet, and is not used") }
            return (saved, nil)
        } catch {
            return (nil, "\(error)")
        }
    }

    /// Replaces what was saved; on an error, what was saved before is still there.
    package func save(_ saved: SavedCluster) throws(SystemError) {
        guard let data = try? JSONEncoder().encode(saved) else {
            throw SystemError("cannot encode \(ClusterStore.file)", code: 22)
        }
        let head = ClusterStore.checksum(data) + "\n"
        try directory.replace(ClusterStore.file, with: Array(head.utf8) + Array(data))
    }

    private static func checksum(_ octets: some DataProtocol) -> String {
        SHA256.hash(data: octets).map { octet in
            let digits = String(octet, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}

import ClusterDecisions
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
            return ClusterStore.content(of: bytes, path: path)
        } catch {
            return (nil, "\(error)")
        }
    }

    /// What a file says.
    ///
    /// - Parameter path: where it is, for the warning.
    static func content(of bytes: [UInt8], path: String) -> (saved: SavedCluster?, warning: String?) {
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")),
            ClusterStore.checksum(bytes[(end + 1)...]) == String(decoding: bytes[..<end], as: UTF8.self)
        else { return (nil, "\(path) is damaged and ignored: nothing can be announced without the API server") }
        guard let saved = try? JSONDecoder().decode(SavedCluster.self, from: Data(bytes[(end + 1)...])),
            saved.version == SavedCluster.currentVersion
        else { return (nil, "\(path) was written by another version of martlet and is ignored") }
        return (saved, nil)
    }

    /// Replaces what was saved; on an error, what was saved before is still there.
    package func save(_ saved: SavedCluster) throws(SystemError) {
        let body = try ClusterStore.encode(saved)
        try directory.replace(ClusterStore.file, with: Array((ClusterStore.checksum(body) + "\n").utf8) + body)
    }

    /// One object after the other: encoding thousands of them at once takes ten times the memory of the text.
    private static func encode(_ saved: SavedCluster) throws(SystemError) -> [UInt8] {
        let encoder = JSONEncoder()
        var text = Array(#"{"version":\#(saved.version)"#.utf8)
        func add(_ name: String, _ objects: [some Encodable]) throws {
            text += #","\#(name)":["#.utf8
            for (index, object) in objects.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                text += try encoder.encode(object)
            }
            text.append(UInt8(ascii: "]"))
        }
        do {
            try add("pools", saved.pools)
            try add("layer2Advertisements", saved.layer2Advertisements)
            try add("bgpAdvertisements", saved.bgpAdvertisements)
            try add("peers", saved.peers)
            try add("bfdProfiles", saved.bfdProfiles)
            try add("communities", saved.communities)
            try add("services", saved.services)
            try add("nodes", saved.nodes)
            try add("secrets", saved.secrets)
            try add("endpointSlices", saved.endpointSlices)
        } catch {
            // What the encoder says could hold a Secret.
            throw SystemError("cannot encode \(ClusterStore.file)", code: 22)
        }
        text.append(UInt8(ascii: "}"))
        return text
    }

    private static func checksum(_ octets: some DataProtocol) -> String {
        SHA256.hash(data: octets).map { octet in
            let digits = String(octet, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}

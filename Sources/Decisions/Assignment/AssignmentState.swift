import Addresses
import KubernetesModel

/// What must survive a restart: who has which address, and which addresses were released when.
///
/// Times are of the wall clock, in nanoseconds since the beginning of 1970. Reading is lenient: an entry that cannot be
/// read is left out and counted, and so is everything in a form that is newer than this one.
package struct AssignmentState: Codable, Hashable, Sendable {
    package struct Assigned: Codable, Hashable, Sendable {
        package var namespace: String
        package var name: String
        package var addresses: [String]
    }

    package struct Released: Codable, Hashable, Sendable {
        package var address: String
        package var namespace: String
        package var name: String
        package var releasedAt: Int64
        /// Whether the Service went away, rather than the address from it.
        package var isRetained: Bool
    }

    package static let currentVersion = 1

    package var version = AssignmentState.currentVersion
    /// Sorted by name.
    package var assignments: [Assigned] = []
    /// Sorted by address.
    package var released: [Released] = []
    /// How many entries could not be read. Not written.
    package private(set) var damagedEntries = 0

    package init() {}

    private enum CodingKeys: String, CodingKey { case version, assignments, released }

    /// An entry, or `nil` where it cannot be read.
    private struct Lenient<Value: Decodable>: Decodable {
        let value: Value?

        init(from decoder: any Decoder) { value = try? Value(from: decoder) }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        version = try container.decode(Int.self, forKey: .version)
        guard version == AssignmentState.currentVersion else { return }
        func read<Value: Decodable>(_ key: CodingKeys) -> [Value] {
            guard let entries = try? container.decodeIfPresent([Lenient<Value>].self, forKey: key) ?? [] else {
                damagedEntries += 1
                return []
            }
            damagedEntries += entries.count { $0.value == nil }
            return entries.compactMap(\.value)
        }
        assignments = read(.assignments)
        released = read(.released)
    }
}

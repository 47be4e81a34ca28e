/// A version of an API group: `GROUP/VERSION`, or `VERSION` alone for the core group.
struct APIVersion: Hashable, Sendable, CustomStringConvertible {
    static let martlet = "martlet.dev"
    static let metalLB = "metallb.io"

    /// Empty for the core group.
    var group: String
    var version: String

    init(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        group = parts.count == 2 ? String(parts[0]) : ""
        version = String(parts.last ?? "")
    }

    var description: String { group.isEmpty ? version : "\(group)/\(version)" }
}

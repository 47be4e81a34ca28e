/// Why a file or directory cannot be read.
package struct ManifestAccessError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A clause, for example `no such file or directory`.
    package let reason: String

    package init(_ reason: String) { self.reason = reason }

    package var description: String { reason }
}

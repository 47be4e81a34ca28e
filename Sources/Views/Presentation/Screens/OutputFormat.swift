/// The values of `-o`.
package enum OutputFormat: String, Hashable, Sendable, CaseIterable {
    case table
    case wide
    case json
    case yaml
    /// The names alone, a line each.
    case name
}

/// The values of `-o`.
package enum OutputFormat: String, Hashable, Sendable, CaseIterable {
    case table
    case wide
    case json
    case yaml
}

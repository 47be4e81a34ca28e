/// A text that is not YAML, nor JSON.
struct ManifestSyntaxError: Error, Hashable, Sendable {
    /// The line of the file; the first is 1.
    var line: Int
    /// What is wrong and what to do about it.
    var message: String
}

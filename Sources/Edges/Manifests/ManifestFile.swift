/// A file of manifests as it was read, or why it could not be.
package struct ManifestFile: Hashable, Sendable {
    /// The file as the user knows it; `-` for standard input.
    package var name: String
    package var contents: Result<[UInt8], ManifestAccessError>

    package init(name: String, contents: Result<[UInt8], ManifestAccessError>) {
        self.name = name
        self.contents = contents
    }

    package init(name: String, bytes: [UInt8]) { self.init(name: name, contents: .success(bytes)) }

    package init(name: String, text: String) { self.init(name: name, bytes: Array(text.utf8)) }
}

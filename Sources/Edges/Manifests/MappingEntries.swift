/// The entries of a mapping, to be found by their keys.
///
/// Most mappings of an object have a few keys, and to look at each costs less than a table of them; labels may be many.
struct MappingEntries {
    /// Mappings with more keys have a table.
    private static let fewKeys = 16

    private let entries: [ManifestNode.Entry]
    private let places: [String: Int]?

    /// None, of what is no mapping.
    init(_ node: ManifestNode) {
        guard case .mapping(let entries) = node.content else {
            (self.entries, places) = ([], nil)
            return
        }
        self.entries = entries
        places =
            entries.count <= MappingEntries.fewKeys
            ? nil
            : Dictionary(entries.enumerated().map { ($1.key, $0) }, uniquingKeysWith: { first, _ in first })
    }

    subscript(key: String) -> ManifestNode.Entry? {
        guard let places else { return entries.first { $0.key == key } }
        return places[key].map { entries[$0] }
    }
}

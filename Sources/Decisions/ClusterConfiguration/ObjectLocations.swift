/// Where objects and their fields stand in files.
package struct ObjectLocations: Hashable, Sendable {
    private var lines: [ObjectReference: [String: SourceLocation]] = [:]

    package init() {}

    /// Remembers the location of a field; the path `""` means the object itself.
    package mutating func set(_ location: SourceLocation, of field: String, in object: ObjectReference) {
        lines[object, default: [:]][field] = location
    }

    /// The location of the field, or of the nearest known field around it, or the object.
    package func location(of field: String?, in object: ObjectReference) -> SourceLocation? {
        guard let fields = lines[object] else { return nil }
        var path = field ?? ""
        while true {
            if let location = fields[path] { return location }
            guard let cut = path.lastIndex(where: { $0 == "." || $0 == "[" }) else { return fields[""] }
            path = String(path[..<cut])
        }
    }
}

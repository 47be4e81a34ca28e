/// Paths of fields as people write them: `spec.addresses[0]`, `metadata.labels[app.kubernetes.io/name]`.
enum FieldPath {
    static func child(of parent: String, key: String) -> String {
        let isPlain = key.utf8.allSatisfy {
            $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "[") && $0 != UInt8(ascii: "/")
        }
        guard isPlain else { return "\(parent)[\(key)]" }
        return parent.isEmpty ? key : "\(parent).\(key)"
    }

    static func element(of parent: String, _ index: Int) -> String { "\(parent)[\(index)]" }

    /// The path with the numbers of list elements left out: `spec.ports[].name`.
    static func pattern(_ path: String) -> String {
        guard path.contains("[") else { return path }
        var result = ""
        var rest = path[...]
        while let open = rest.firstIndex(of: "["), let close = rest[open...].firstIndex(of: "]") {
            result += rest[..<open]
            let inner = rest[rest.index(after: open)..<close]
            result += inner.allSatisfy(\.isNumber) ? "[]" : "[\(inner)]"
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }
}

import ClusterConfiguration

/// What was found while one object was decoded.
final class DecodingLog {
    struct Finding: Hashable {
        var isError: Bool
        var field: String
        var line: Int
        var message: String
    }

    /// One mapping that was decoded, and which of its keys the model asked for.
    final class Access {
        let field: String
        let node: ManifestNode
        /// With repetitions: a model asks for a key a few times, in order. Only where a key is unknown is this a set.
        private var keys: [String] = []
        /// The keys are names of the user's choice, as in labels.
        var isDictionary = false

        init(field: String, node: ManifestNode) {
            self.field = field
            self.node = node
        }

        func ask(_ key: String) {
            // A model asks whether a key is there, whether it is null and for its value, one after the other.
            if keys.last != key { keys.append(key) }
        }

        func isAsked(_ key: String) -> Bool { keys.contains(key) }

        var asked: Set<String> { Set(keys) }
    }

    let shape: ObjectShape
    private(set) var findings: [Finding] = []
    private var accesses: [Access] = []

    init(shape: ObjectShape) { self.shape = shape }

    func error(_ field: String, _ node: ManifestNode, _ message: String) {
        findings.append(Finding(isError: true, field: field, line: node.line, message: message))
    }

    func warning(_ field: String, _ node: ManifestNode, _ message: String) {
        findings.append(Finding(isError: false, field: field, line: node.line, message: message))
    }

    func access(_ field: String, _ node: ManifestNode) -> Access {
        let access = Access(field: field, node: node)
        accesses.append(access)
        return access
    }

    /// Warns about the keys that nothing reads.
    func findUnknownFields() {
        for access in accesses where !access.isDictionary {
            guard case .mapping(let entries) = access.node.content else { continue }
            // Nearly all keys were asked for, so what else is known is not looked up.
            let rest = entries.filter { !access.isAsked($0.key) }
            guard !rest.isEmpty else { continue }
            let known = shape.fields(at: access.field)
            for entry in rest where !known.contains(entry.key) {
                let candidates = access.asked.union(known).subtracting(entries.map(\.key))
                let meant = entry.key.likelyMeant(among: candidates)
                guard meant != nil || shape.isModelledWhole(access.field) else { continue }
                let remedy =
                    place(of: entry.key, below: access.field).map { "did you mean \"\($0)\"?" }
                    ?? meant.map { "did you mean \"\($0)\"?" } ?? "remove it, or look up the field's name"
                findings.append(
                    Finding(
                        isError: false, field: FieldPath.child(of: access.field, key: entry.key), line: entry.line,
                        message: "unknown field \"\(entry.key.shortened)\" is ignored: \(remedy)"))
            }
        }
    }

    /// Where a field that is indented too little belongs: one level deeper there is one of the name.
    private func place(of key: String, below field: String) -> String? {
        guard field.isEmpty else { return nil }
        for outer in ["metadata", "spec"] {
            let asked = accesses.first { $0.field == outer }?.asked ?? []
            if asked.union(shape.fields(at: outer)).contains(key) { return FieldPath.child(of: outer, key: key) }
        }
        return nil
    }
}

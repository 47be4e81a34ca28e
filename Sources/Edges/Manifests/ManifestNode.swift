/// A value of a manifest, from YAML or JSON: what was written, and where, before it is known what it is meant to be.
package struct ManifestNode: Hashable, Sendable {
    package enum Content: Hashable, Sendable {
        /// What a plain scalar means depends on the type that is asked for; any other scalar is text.
        case scalar(String, isPlain: Bool)
        case sequence([ManifestNode])
        /// In the order of the input; every key once.
        case mapping([Entry])
    }

    package struct Entry: Hashable, Sendable {
        package let key: String
        /// The location of the key.
        package let line: Int
        package let value: ManifestNode

        package init(key: String, line: Int, value: ManifestNode) {
            self.key = key
            self.line = line
            self.value = value
        }
    }

    package let content: Content
    /// Where the value begins in its file; the first line is 1.
    package let line: Int

    package init(_ content: Content, line: Int) {
        self.content = content
        self.line = line
    }

    /// The value of a key, if this is a mapping that has it.
    package subscript(key: String) -> ManifestNode? { entry(key)?.value }

    func entry(_ key: String) -> Entry? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key == key }
    }

    /// The value at a path of plain keys and numbers, for example `spec.ports[1].port`, or the last on the way to it.
    func nearest(to path: String) -> ManifestNode {
        var node = self
        for part in path.split(whereSeparator: { $0 == "." || $0 == "[" || $0 == "]" }) {
            var next = node[String(part)]
            if case .sequence(let nodes) = node.content, let index = Int(part), nodes.indices.contains(index) {
                next = nodes[index]
            }
            guard let next else { return node }
            node = next
        }
        return node
    }

    /// The text of a scalar that is not null.
    var text: String? {
        guard case .scalar(let text, _) = content, !isNull else { return nil }
        return text
    }

    /// Whether this is YAML's or JSON's null, which in Kubernetes is the same as leaving the field out.
    package var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return PlainScalar(text) == .null
    }

    /// The value for a message, for example `the number 5` or `a list`.
    func description(isSecret: Bool) -> String {
        switch content {
        case .mapping: return "a mapping"
        case .sequence: return "a list"
        case .scalar(let text, let isPlain):
            let meaning = isPlain ? PlainScalar(text) : .text
            let noun =
                switch meaning {
                case .null: "nothing"
                case .boolean: "the truth value"
                case .integer, .number: "the number"
                case .text: "the text"
                }
            if meaning == .null { return noun }
            if isSecret { return noun.replacingPrefix("the", with: "a") }
            return meaning == .text ? "\(noun) \"\(text.shortened)\"" : "\(noun) \(text.shortened)"
        }
    }
}

extension String {
    /// The text, cut for a message.
    var shortened: String { count <= 60 ? self : prefix(57) + "..." }

    func replacingPrefix(_ prefix: String, with other: String) -> String {
        hasPrefix(prefix) ? other + dropFirst(prefix.count) : self
    }
}

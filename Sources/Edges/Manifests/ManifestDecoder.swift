/// Decodes a model from a manifest, and goes on where the manifest is wrong, so that every mistake is found at once.
///
/// In place of a value that is missing or of the wrong type the model gets an empty one; the caller must not use a
/// model whose ``DecodingLog`` has an error.
struct ManifestDecoder: Decoder {
    let node: ManifestNode
    let field: String
    let log: DecodingLog
    /// Stands in for a value that is missing: nothing more is said about it.
    var isPlaceholder = false

    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(KeyedManifestContainer<Key>(decoder: mapping()))
    }

    func unkeyedContainer() -> any UnkeyedDecodingContainer {
        guard case .sequence(let nodes) = node.content else {
            mismatch("a list")
            return UnkeyedManifestContainer(decoder: self, nodes: [])
        }
        return UnkeyedManifestContainer(decoder: self, nodes: nodes)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { SingleManifestContainer(decoder: self) }

    /// This decoder if its value is a mapping, else one with an empty mapping after the mistake is noted.
    private func mapping() -> ManifestDecoder {
        if case .mapping = node.content { return self }
        mismatch("a mapping")
        return placeholder(for: field)
    }

    func placeholder(for field: String) -> ManifestDecoder {
        ManifestDecoder(
            node: ManifestNode(.mapping([]), line: node.line), field: field, log: log, isPlaceholder: true)
    }

    private func mismatch(_ expected: String) {
        guard !isPlaceholder else { return }
        let found = node.description(isSecret: log.shape.isSecret(field))
        log.error(field, node, "this must be \(expected), not \(found): write \(expected) here")
    }
}

// MARK: - Scalars
extension ManifestDecoder {
    func text() -> String {
        guard !isPlaceholder else { return "" }
        let isSecret = log.shape.isSecret(field)
        guard case .scalar(let text, let isPlain) = node.content else {
            mismatch("text")
            return ""
        }
        guard isPlain else { return text }
        switch PlainScalar(text) {
        case .text: return text
        case .null: mismatch("text")
        case .boolean, .integer, .number:
            let found = node.description(isSecret: isSecret)
            if log.shape.durationFields.contains(field), text.allSatisfy({ $0.isASCII && $0.isNumber || $0 == "." }) {
                log.error(field, node, "this must be a duration with its unit, not \(found): write \(text.shortened)s")
                return ""
            }
            let remedy = isSecret ? "write it in quotes" : "write \"\(text.shortened)\" in quotes"
            log.error(field, node, "this must be text, not \(found): \(remedy)")
        }
        return ""
    }

    func truthValue() -> Bool {
        guard !isPlaceholder else { return false }
        if case .scalar(let text, isPlain: true) = node.content {
            if case .boolean(let value) = PlainScalar(text) { return value }
            // YAML 1.1 has these too; a text may well be "y".
            if ["y", "Y"].contains(text) { return true }
            if ["n", "N"].contains(text) { return false }
        }
        let found = node.description(isSecret: log.shape.isSecret(field))
        log.error(field, node, "this must be true or false, not \(found): write true or false without quotes")
        return false
    }

    func integer<Integer: FixedWidthInteger>(_ type: Integer.Type) -> Integer {
        guard !isPlaceholder else { return 0 }
        let found = node.description(isSecret: log.shape.isSecret(field))
        if case .scalar(let text, isPlain: true) = node.content {
            switch PlainScalar(text) {
            case .integer(let value):
                if let value = Integer(exactly: value) { return value }
                fallthrough
            case .number:
                log.error(
                    field, node, "this must be a whole number in the usual range, not \(found): write a smaller one")
                return 0
            case .null, .boolean, .text: break
            }
        }
        log.error(field, node, "this must be a whole number, not \(found): write digits without quotes")
        return 0
    }

    func number() -> Double {
        guard !isPlaceholder else { return 0 }
        if case .scalar(let text, isPlain: true) = node.content {
            switch PlainScalar(text) {
            case .integer(let value): return Double(value)
            case .number: if let value = Double(text) { return value }
            case .null, .boolean, .text: break
            }
        }
        let found = node.description(isSecret: log.shape.isSecret(field))
        log.error(field, node, "this must be a number, not \(found): write digits without quotes")
        return 0
    }
}

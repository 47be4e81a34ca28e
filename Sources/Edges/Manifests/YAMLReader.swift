import Yams

/// Reads one YAML document.
///
/// Yams resolves aliases while it parses, by copies that it then hashes, so that a few lines of aliases to aliases can
/// keep it busy for years. Therefore it never sees an alias here: the stars of the text are given to it as a character
/// that the text does not have and that means nothing, and anchors, aliases and merge keys are resolved here, within
/// ``limits``.
struct YAMLReader {
    /// What a document may cost.
    struct Limits: Hashable, Sendable {
        /// Values within values.
        var depth = 64
        /// Values that aliases add to those written.
        var aliasedNodes = 200_000
    }

    fileprivate struct Anchored {
        var node: ManifestNode
        var size: Int
        var depth: Int
    }

    private let document: YAMLDocument
    private let limits: Limits
    /// Stands for a star.
    private let star: Unicode.Scalar
    private var anchors: [String: Anchored] = [:]
    private var aliasedNodes = 0

    /// The value of the document, or `nil` if there is none.
    static func read(
        _ document: YAMLDocument, limits: Limits = Limits()
    ) throws(ManifestSyntaxError) -> ManifestNode? {
        guard let star = unusedScalar(in: document.text) else {
            throw ManifestSyntaxError(
                line: document.firstLine, message: "this document has too many characters of Unicode's private use area"
            )
        }
        var reader = YAMLReader(document: document, limits: limits, star: star)
        return try reader.read()
    }

    private init(document: YAMLDocument, limits: Limits, star: Unicode.Scalar) {
        self.document = document
        self.limits = limits
        self.star = star
    }

    private mutating func read() throws(ManifestSyntaxError) -> ManifestNode? {
        var masked = ""
        masked.unicodeScalars.append(contentsOf: document.text.unicodeScalars.map { $0 == "*" ? star : $0 })
        let parser: Parser
        let root: Node?
        do {
            parser = try Parser(yaml: masked, resolver: .basic, encoding: .utf8)
            root = try parser.nextRoot()
            guard try root == nil || parser.nextRoot() == nil else {
                throw ManifestSyntaxError(
                    line: document.firstLine, message: "two documents without \"---\" between them")
            }
        } catch let error as ManifestSyntaxError {
            throw error
        } catch {
            throw syntaxError(error, in: masked)
        }
        // Yams keeps the anchors' names with the parser.
        let result: Anchored? =
            if let root {
                try withExtendedLifetime(parser) { () throws(ManifestSyntaxError) in try convert(root, depth: 1) }
            } else { nil }
        guard let node = result?.node, !node.isNull else { return nil }
        return node
    }

    // MARK: - Values

    private mutating func convert(_ node: Node, depth: Int) throws(ManifestSyntaxError) -> Anchored {
        let line = fileLine(node.mark)
        guard depth <= limits.depth else { throw tooDeep(line) }
        var result: Anchored
        let anchor: Anchor?
        switch node {
        case .scalar(let scalar):
            anchor = scalar.anchor
            result = try convert(scalar, line: line, depth: depth)
        case .sequence(let sequence):
            anchor = sequence.anchor
            result = Anchored(node: ManifestNode(.sequence([]), line: line), size: 1, depth: 1)
            var elements: [ManifestNode] = []
            elements.reserveCapacity(sequence.count)
            for element in sequence {
                let converted = try convert(element, depth: depth + 1)
                result.include(converted)
                elements.append(converted.node)
            }
            result.node = ManifestNode(.sequence(elements), line: line)
        case .mapping(let mapping):
            anchor = mapping.anchor
            result = try convert(mapping, line: line, depth: depth)
        case .alias:
            throw ManifestSyntaxError(line: line, message: "an alias that cannot be resolved")
        }
        if let anchor { anchors[unmasked(anchor.rawValue)] = result }
        return result
    }

    private mutating func convert(
        _ scalar: Node.Scalar, line: Int, depth: Int
    ) throws(ManifestSyntaxError) -> Anchored {
        let isPlain = scalar.style == .plain
        if isPlain, scalar.string.unicodeScalars.first == star {
            let name = unmasked(String(scalar.string.unicodeScalars.dropFirst()))
            guard let anchored = anchors[name] else {
                throw ManifestSyntaxError(
                    line: line,
                    // What it says is not repeated: it may be an unquoted password.
                    message: "this alias has no anchor: quote a text that begins with a star, "
                        + "or write the anchor (&) before the intended value"
                )
            }
            aliasedNodes += anchored.size
            guard aliasedNodes <= limits.aliasedNodes else {
                throw ManifestSyntaxError(
                    line: line,
                    message:
                        "aliases make this document larger than \(limits.aliasedNodes) values: write the values out")
            }
            guard depth + anchored.depth - 1 <= limits.depth else { throw tooDeep(line) }
            return anchored
        }
        let isText = !isPlain || scalar.tag.rawValue == Tag.Name.str.rawValue
        let node = ManifestNode(.scalar(unmasked(scalar.string), isPlain: !isText), line: line)
        return Anchored(node: node, size: 1, depth: 1)
    }

    private mutating func convert(
        _ mapping: Node.Mapping, line: Int, depth: Int
    ) throws(ManifestSyntaxError) -> Anchored {
        var result = Anchored(node: ManifestNode(.mapping([]), line: line), size: 1, depth: 1)
        var entries: [ManifestNode.Entry] = []
        entries.reserveCapacity(mapping.count)
        var merged: [ManifestNode] = []
        for (key, value) in mapping {
            let keyLine = fileLine(key.mark)
            guard case .scalar(let scalar) = key else {
                throw ManifestSyntaxError(line: keyLine, message: "a key must be text, not a list or a mapping")
            }
            let isPlain = scalar.style == .plain
            guard !isPlain || scalar.string.unicodeScalars.first != star else {
                throw ManifestSyntaxError(line: keyLine, message: "a key must be text, not an alias")
            }
            if let anchor = scalar.anchor {
                anchors[unmasked(anchor.rawValue)] = try convert(scalar, line: keyLine, depth: depth)
            }
            let converted = try convert(value, depth: depth + 1)
            result.include(converted)
            if isPlain, scalar.string == "<<" {
                merged += try mappings(toMerge: converted.node, line: keyLine)
            } else {
                entries.append(
                    ManifestNode.Entry(key: unmasked(scalar.string), line: keyLine, value: converted.node))
            }
        }
        if !merged.isEmpty { merge(merged, into: &entries) }
        result.node = ManifestNode(.mapping(entries), line: line)
        return result
    }

    /// The mappings that a merge key (`<<`) brings in, first those that win.
    private func mappings(toMerge node: ManifestNode, line: Int) throws(ManifestSyntaxError) -> [ManifestNode] {
        switch node.content {
        case .mapping: return [node]
        case .sequence(let nodes)
        where nodes.allSatisfy({ if case .mapping = $0.content { true } else { false } }):
            return nodes
        default:
            throw ManifestSyntaxError(
                line: line,
                message: "\"<<\" merges a mapping or a list of mappings, not \(node.description(isSecret: true))")
        }
    }

    /// Adds the keys that are not there yet.
    private func merge(_ mappings: [ManifestNode], into entries: inout [ManifestNode.Entry]) {
        var known = Set(entries.map(\.key))
        for mapping in mappings {
            guard case .mapping(let others) = mapping.content else { continue }
            for entry in others where known.insert(entry.key).inserted { entries.append(entry) }
        }
    }

    // MARK: - Text and places

    private func unmasked(_ text: String) -> String {
        guard text.unicodeScalars.contains(star) else { return text }
        var result = ""
        result.unicodeScalars.append(contentsOf: text.unicodeScalars.map { $0 == star ? "*" : $0 })
        return result
    }

    /// A character of the private use area, which YAML allows everywhere, that the text does not have.
    private static func unusedScalar(in text: String) -> Unicode.Scalar? {
        let candidates = (0xE000...0xE0FF as ClosedRange<UInt32>).compactMap(Unicode.Scalar.init)
        // In almost every text, the first will do.
        if let first = candidates.first, !text.unicodeScalars.contains(first) { return first }
        let used = Set(text.unicodeScalars)
        return candidates.first { !used.contains($0) }
    }

    private func fileLine(_ mark: Mark?) -> Int { document.firstLine + (mark?.line ?? 1) - 1 }

    private func tooDeep(_ line: Int) -> ManifestSyntaxError {
        ManifestSyntaxError(
            line: line, message: "values are nested more than \(limits.depth) deep, which no Kubernetes object is")
    }

    // MARK: - Errors of Yams

    private func syntaxError(_ error: any Error, in masked: String) -> ManifestSyntaxError {
        guard let error = error as? YamlError else {
            return ManifestSyntaxError(line: document.firstLine, message: "not YAML: \(error)")
        }
        switch error {
        case .reader(let problem, let offset, _, _):
            let before = masked.utf8.prefix(offset ?? 0)
            let line = before.count { $0 == 0x0A }
            return ManifestSyntaxError(
                line: document.firstLine + line,
                message: "not YAML: \(problem): remove the character or write it as an escape")
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            return syntaxError(problem, context: context, mark: mark)
        case .duplicatedKeysInMapping(let duplicates, let context):
            return repeatedKeys(duplicates.map(unmasked), line: fileLine(context.mark))
        case .memory:
            return ManifestSyntaxError(line: document.firstLine, message: "not enough memory to read this document")
        case .no, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            return ManifestSyntaxError(line: document.firstLine, message: "not YAML")
        }
    }

    /// A mapping has keys more than once. (YAML 1.2 §3.2.1.1 wants them unique; kubectl would take the last without a word.)
    private func repeatedKeys(_ keys: [String], line: Int) -> ManifestSyntaxError {
        let outer = outerKeys
        if keys.contains("apiVersion") || keys.contains("kind"),
            let second = outer.indices.first(where: { index in outer[..<index].contains { $0.key == outer[index].key } }
            )
        {
            return ManifestSyntaxError(
                line: outer[second].line,
                message: "a second object starts here without a \"---\" before it, after the one that starts on line "
                    + "\(outer[0].line): write a line \"---\" before line \(outer[second].line)")
        }
        let names = keys.map { "\"\($0.shortened)\"" }.joined(separator: ", ")
        return ManifestSyntaxError(
            line: line, message: "the key \(names) is given more than once in one mapping: keep one")
    }

    /// The keys that begin a line, with their lines in the file: those of the outermost mapping.
    private var outerKeys: [(key: String, line: Int)] {
        let lines = document.text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        return lines.enumerated().compactMap { offset, line in
            guard let first = line.first, first.isASCII, first.isLetter, let colon = line.firstIndex(of: ":") else {
                return nil
            }
            return (String(line[..<colon]), document.firstLine + offset)
        }
    }

    private func syntaxError(_ problem: String, context: YamlError.Context?, mark: Mark) -> ManifestSyntaxError {
        var lines = document.text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        if lines.last?.isEmpty == true { lines.removeLast() }
        // Where the text ends too early, the mark is behind its end.
        let line = max(1, min(mark.line, lines.count))
        let text = lines.isEmpty ? "" : lines[line - 1]
        let remedy =
            text.contains("\t")
            ? "indent with spaces, tabs are not allowed there"
            : "check the indentation, the colons and the quotes here and in the lines before"
        let around = context.map { ", \($0.text) that starts on line \(fileLine($0.mark))" } ?? ""
        return ManifestSyntaxError(
            line: document.firstLine + line - 1, message: "not YAML: \(problem)\(around): \(remedy)")
    }
}

extension YAMLReader.Anchored {
    fileprivate mutating func include(_ part: YAMLReader.Anchored) {
        size += part.size
        depth = max(depth, part.depth + 1)
    }
}

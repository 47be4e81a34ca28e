/// Reads JSON (RFC 8259): one value, or several one after the other.
struct JSONReader {
    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    private static let maximumDepth = 64
    private static let fewKeys = 16

    /// Whether a text should be tried as JSON first: it begins with an object.
    static func isLikely(_ text: String) -> Bool {
        text.utf8.first { !isSpace($0) } == UInt8(ascii: "{")
    }

    static func read(_ text: String) throws(ManifestSyntaxError) -> [ManifestNode] {
        var reader = JSONReader(bytes: Array(text.utf8))
        var nodes: [ManifestNode] = []
        reader.skipSpace()
        while reader.position < reader.bytes.count {
            nodes.append(try reader.value(depth: 1))
            reader.skipSpace()
        }
        return nodes
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

    private mutating func skipSpace() {
        while let byte = next, JSONReader.isSpace(byte) {
            if byte == 0x0A { line += 1 }
            position += 1
        }
    }

    private func failure(_ problem: String) -> ManifestSyntaxError {
        ManifestSyntaxError(line: line, message: "not JSON: \(problem)")
    }

    private func expected(_ what: String) -> ManifestSyntaxError {
        let found = next.map { (0x21...0x7E).contains($0) ? "\"\(Character(UnicodeScalar($0)))\"" : "something else" }
        return failure("expected \(what), but \(found ?? "the text ends")")
    }

    // MARK: - Values

    private mutating func value(depth: Int) throws(ManifestSyntaxError) -> ManifestNode {
        guard depth <= JSONReader.maximumDepth else {
            throw failure("values are nested more than \(JSONReader.maximumDepth) deep, which no Kubernetes object is")
        }
        let start = line
        switch next {
        case UInt8(ascii: "{"): return ManifestNode(.mapping(try entries(depth: depth)), line: start)
        case UInt8(ascii: "["): return ManifestNode(.sequence(try elements(depth: depth)), line: start)
        case UInt8(ascii: "\""): return ManifestNode(.scalar(try string(), isPlain: false), line: start)
        default: return ManifestNode(.scalar(try word(), isPlain: true), line: start)
        }
    }

    private mutating func entries(depth: Int) throws(ManifestSyntaxError) -> [ManifestNode.Entry] {
        position += 1
        var entries: [ManifestNode.Entry] = []
        var keys: Set<String> = []
        skipSpace()
        if next == UInt8(ascii: "}") {
            position += 1
            return entries
        }
        while true {
            guard next == UInt8(ascii: "\"") else { throw expected("a key in quotes") }
            let keyLine = line
            let key = try string()
            // Most objects have a few keys, and to look at each costs less than a table of them.
            if entries.count == JSONReader.fewKeys { keys = Set(entries.map(\.key)) }
            let isNew =
                entries.count < JSONReader.fewKeys
                ? !entries.contains { $0.key == key } : keys.insert(key).inserted
            guard isNew else {
                throw failure("the key \"\(key.shortened)\" is given more than once in one object: keep one")
            }
            skipSpace()
            guard next == UInt8(ascii: ":") else { throw expected("a colon after the key \"\(key.shortened)\"") }
            position += 1
            skipSpace()
            entries.append(ManifestNode.Entry(key: key, line: keyLine, value: try value(depth: depth + 1)))
            skipSpace()
            if try isEnd(of: UInt8(ascii: "}"), "a comma or \"}\"") { return entries }
        }
    }

    private mutating func elements(depth: Int) throws(ManifestSyntaxError) -> [ManifestNode] {
        position += 1
        var elements: [ManifestNode] = []
        skipSpace()
        if next == UInt8(ascii: "]") {
            position += 1
            return elements
        }
        while true {
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if try isEnd(of: UInt8(ascii: "]"), "a comma or \"]\"") { return elements }
        }
    }

    /// Passes a comma, or the bracket that ends the list.
    private mutating func isEnd(of bracket: UInt8, _ what: String) throws(ManifestSyntaxError) -> Bool {
        guard next == bracket || next == UInt8(ascii: ",") else { throw expected(what) }
        let isEnd = next == bracket
        position += 1
        if !isEnd { skipSpace() }
        return isEnd
    }

    // MARK: - Scalars

    /// A number, `true`, `false` or `null`.
    private mutating func word() throws(ManifestSyntaxError) -> String {
        let start = position
        while let byte = next, JSONReader.isWord(byte) { position += 1 }
        let word = String(decoding: bytes[start..<position], as: UTF8.self)
        if ["true", "false", "null"].contains(word) { return word }
        guard JSONReader.isNumber(bytes[start..<position]) else {
            position = start
            throw expected("a value")
        }
        return word
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        byte.isDecimalDigit || (0x61...0x7A).contains(byte) || [0x2B, 0x2D, 0x2E, 0x45].contains(byte)
    }

    /// RFC 8259 §6.
    private static func isNumber(_ text: ArraySlice<UInt8>) -> Bool {
        var rest = text
        func digits() -> Int {
            let count = rest.prefix(while: \.isDecimalDigit).count
            rest = rest.dropFirst(count)
            return count
        }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let hasLeadingZero = rest.first == UInt8(ascii: "0")
        let whole = digits()
        guard whole > 0, !hasLeadingZero || whole == 1 else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard digits() > 0 else { return false }
        }
        if let exponent = rest.first, exponent == UInt8(ascii: "e") || exponent == UInt8(ascii: "E") {
            rest = rest.dropFirst()
            if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { rest = rest.dropFirst() }
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }

    private mutating func string() throws(ManifestSyntaxError) -> String {
        position += 1
        let start = position
        while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
        var result = Array(bytes[start..<position])
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: result, as: UTF8.self)
            case UInt8(ascii: "\\"): result.append(contentsOf: try escape().utf8)
            case ..<0x20: throw failure("a line break or control character in a string: write it as an escape")
            default: result.append(byte)
            }
        }
        throw failure("unterminated string: add the closing quote")
    }

    private mutating func escape() throws(ManifestSyntaxError) -> String {
        guard let byte = next else { throw failure("unterminated string: add the closing quote") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw failure("unknown JSON escape: write the backslash twice")
        }
    }

    /// RFC 8259 §7: four hexadecimal digits, or two times four for what UTF-16 needs a pair for.
    private mutating func unicodeEscape() throws(ManifestSyntaxError) -> String {
        var units = [try hexadecimal()]
        if UTF16.isLeadSurrogate(units[0]), bytes[position...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) {
            position += 2
            units.append(try hexadecimal())
        }
        guard let text = String(validating: units, as: UTF16.self) else {
            throw failure("half of a surrogate pair: write the character itself")
        }
        return text
    }

    private mutating func hexadecimal() throws(ManifestSyntaxError) -> UInt16 {
        let digits = bytes[position...].prefix(4).compactMap(\.digitValue)
        guard digits.count == 4 else { throw failure("\\u must be followed by four hexadecimal digits") }
        position += 4
        return digits.reduce(0) { $0 << 4 | UInt16($1) }
    }
}

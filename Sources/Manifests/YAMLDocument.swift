/// One document of a YAML file, as text: what is wrong with it is no matter to the others of the file.
struct YAMLDocument: Hashable, Sendable {
    var text: String
    /// The line of the file on which the text begins.
    var firstLine: Int

    /// Cuts a file where its documents begin and end.
    ///
    /// A line that begins with `---` or `...` and a space or nothing more is a boundary wherever it stands, even within
    /// a scalar (YAML 1.2 §9.1.2). Documents without content are left out.
    static func documents(of file: String) -> [YAMLDocument] {
        var documents: [YAMLDocument] = []
        let bytes = file.utf8
        var line = 1
        var position = bytes.startIndex
        var start = position
        var startLine = 1
        var hasContent = false
        func finish(at end: String.Index) {
            if hasContent { documents.append(YAMLDocument(text: String(file[start..<end]), firstLine: startLine)) }
            hasContent = false
        }
        while position < bytes.endIndex {
            let (end, next) = lineEnd(in: bytes, from: position)
            let content = bytes[position..<end]
            if isMarker(content, UInt8(ascii: "-")) {
                if hasContent {
                    finish(at: position)
                    (start, startLine) = (position, line)
                }
                // What else stands on the line is content.
                hasContent = hasSubstance(content.dropFirst(3))
            } else if isMarker(content, UInt8(ascii: ".")), !hasSubstance(content.dropFirst(3)) {
                finish(at: position)
                (start, startLine) = (next, line + 1)
            } else if content.first != UInt8(ascii: "%"), hasSubstance(content) {
                hasContent = true
            }
            position = next
            line += 1
        }
        finish(at: bytes.endIndex)
        return documents
    }

    /// Where the line's content ends, and where the next line begins: after a line feed, a carriage return, or both.
    private static func lineEnd(
        in bytes: String.UTF8View, from start: String.Index
    ) -> (end: String.Index, next: String.Index) {
        let end = bytes[start...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.endIndex
        guard end < bytes.endIndex else { return (end, end) }
        var next = bytes.index(after: end)
        if bytes[end] == 0x0D, next < bytes.endIndex, bytes[next] == 0x0A { next = bytes.index(after: next) }
        return (end, next)
    }

    private static func isMarker(_ line: Substring.UTF8View, _ character: UInt8) -> Bool {
        guard line.starts(with: [character, character, character]) else { return false }
        guard let after = line.dropFirst(3).first else { return true }
        return after == 0x20 || after == 0x09
    }

    /// Whether there is more than white space and a comment.
    private static func hasSubstance(_ line: Substring.UTF8View) -> Bool {
        guard let first = line.first(where: { $0 != 0x20 && $0 != 0x09 }) else { return false }
        return first != UInt8(ascii: "#")
    }
}

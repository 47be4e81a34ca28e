/// One document of a YAML file, as text: what is wrong with it is no matter to the others of the file.
struct YAMLDocument: Hashable, Sendable {
    var text: String
    /// The line of the file on which the text begins.
    var firstLine: Int

    /// Cuts a file where its documents begin and end.
    ///
    /// A line that begins with `---` or `...` and a space or nothing more is a boundary everywhere, even within
    /// a scalar (YAML 1.2 §9.1.2). Documents without content are left out. A byte order mark before a document is not
    /// part of it (§5.2).
    static func documents(of file: String) -> [YAMLDocument] {
        let file = withoutByteOrderMarks(file)
        let bytes = file.utf8
        var cutter = Cutter(file: file)
        var line = 1
        var position = bytes.startIndex
        while position < bytes.endIndex {
            let (end, next) = lineEnd(in: bytes, from: position)
            cutter.read(bytes[position..<end], at: position, line: line, next: next)
            position = next
            line += 1
        }
        return cutter.finished()
    }

    /// Finds the documents of a file, line by line.
    private struct Cutter {
        private let file: String
        private var documents: [YAMLDocument] = []
        /// Where the text of the present document begins.
        private var start: String.Index
        private var startLine = 1
        private var hasDirective = false
        private var hasMarker = false
        private var hasContent = false

        init(file: String) {
            self.file = file
            start = file.utf8.startIndex
        }

        mutating func read(_ content: Substring.UTF8View, at position: String.Index, line: Int, next: String.Index) {
            if isMarker(content, UInt8(ascii: "-")) {
                // Directives and the marker after them belong to one document. A document without content ends here too.
                if hasContent || hasMarker || !hasDirective { begin(at: position, line: line) }
                hasMarker = true
                // The rest of the line is content.
                hasContent = hasSubstance(content.dropFirst(3))
            } else if isMarker(content, UInt8(ascii: ".")), !hasSubstance(content.dropFirst(3)) {
                finish(at: position)
                (start, startLine) = (next, line + 1)
            } else if !hasContent, content.first == UInt8(ascii: "%") {
                if hasMarker { begin(at: position, line: line) }
                hasDirective = true
            } else if hasSubstance(content) {
                hasContent = true
            }
        }

        mutating func finished() -> [YAMLDocument] {
            finish(at: file.utf8.endIndex)
            return documents
        }

        private mutating func begin(at position: String.Index, line: Int) {
            finish(at: position)
            (start, startLine) = (position, line)
        }

        private mutating func finish(at end: String.Index) {
            if hasContent { documents.append(YAMLDocument(text: String(file[start..<end]), firstLine: startLine)) }
            (hasDirective, hasMarker, hasContent) = (false, false, false)
        }
    }

    /// The text without the byte order marks that begin a line: editors write one at the start of each file, and files
    /// are joined.
    private static func withoutByteOrderMarks(_ file: String) -> String {
        let mark: Unicode.Scalar = "\u{FEFF}"
        guard file.unicodeScalars.contains(mark) else { return file }
        var result = ""
        var beginsLine = true
        for scalar in file.unicodeScalars {
            if scalar == mark, beginsLine { continue }
            result.unicodeScalars.append(scalar)
            beginsLine = scalar == "\n" || scalar == "\r"
        }
        return result
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

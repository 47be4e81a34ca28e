// MARK: - Text on a terminal

extension String {
    /// This text with everything that a terminal would obey rather than show made visible: control characters and marks
    /// that change the direction of writing become `\u{…}`, line breaks and tabs blanks.
    ///
    /// Names and messages come from manifests and from routers; none of them may move the cursor.
    package var withoutControls: String {
        guard unicodeScalars.contains(where: \.isObeyedByTerminals) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            if scalar == "\n" || scalar == "\t" || scalar == "\r" {
                text.append(" ")
            } else if scalar.isObeyedByTerminals {
                text.append("\\u{\(String(scalar.value, radix: 16))}")
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    /// The text without blanks at its ends.
    var trimmed: String {
        guard first == " " || last == " " else { return self }
        let beginning = drop { $0 == " " }
        return beginning.lastIndex { $0 != " " }.map { String(beginning[...$0]) } ?? ""
    }

    /// The columns that the text takes on a terminal.
    package var displayWidth: Int {
        // Most text is ASCII, where a character is a column.
        utf8.allSatisfy { $0 < 0x80 } ? utf8.count : reduce(0) { $0 + $1.displayWidth }
    }

    /// The text if it fits into `width` columns, else as much of its beginning as leaves room for the ellipsis.
    func cut(toWidth width: Int, ellipsis: String) -> String {
        guard displayWidth > width else { return self }
        let mark = ellipsis.displayWidth <= width ? ellipsis : ""
        return prefix(ofWidth: width - mark.displayWidth) + mark
    }

    /// The longest beginning that fits into `width` columns.
    private func prefix(ofWidth width: Int) -> String {
        var taken = 0
        return String(
            prefix { character in
                taken += character.displayWidth
                return taken <= width
            })
    }

    /// The text in lines of at most `width` columns, broken between words; a longer word is broken where it must be.
    func wrapped(toWidth width: Int) -> [String] {
        guard displayWidth > width, width > 0 else { return [self] }
        var lines: [String] = []
        var line = ""
        var lineWidth = 0
        for word in split(separator: " ") {
            var word = String(word)
            if !line.isEmpty {
                if lineWidth + 1 + word.displayWidth <= width {
                    line += " " + word
                    lineWidth += 1 + word.displayWidth
                    continue
                }
                lines.append(line)
            }
            while word.displayWidth > width {
                let beginning = word.prefix(ofWidth: width)
                // A character wider than the whole column is alone on its line.
                let taken = beginning.isEmpty ? String(word.prefix(1)) : beginning
                lines.append(taken)
                word.removeFirst(taken.count)
            }
            line = word
            lineWidth = word.displayWidth
        }
        if !line.isEmpty { lines.append(line) }
        return lines
    }
}

extension Character {
    /// The columns that the character takes on a terminal: none, one or two.
    fileprivate var displayWidth: Int {
        // A flag, a skin tone or a joined emoji is one picture two columns wide; VARIATION SELECTOR-16 asks for one.
        if unicodeScalars.contains("\u{FE0F}") { return 2 }
        return unicodeScalars.reduce(0) { max($0, $1.displayWidth) }
    }
}

extension Unicode.Scalar {
    fileprivate var isObeyedByTerminals: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        case .format:
            // Unicode Standard Annex 9 §2: embeddings, overrides, isolates and marks. Joiners are harmless.
            switch value {
            case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
            default: false
            }
        default: false
        }
    }

    fileprivate var displayWidth: Int {
        if value < 0x80 { return 1 }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        if properties.isEmojiPresentation { return 2 }
        // Unicode Standard Annex 11: East Asian Wide and Fullwidth.
        switch value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
            0x17000...0x18D08, 0x1B000...0x1B2FB, 0x1F200...0x1F2FF, 0x20000...0x2FFFD, 0x30000...0x3FFFD:
            return 2
        default: return 1
        }
    }
}

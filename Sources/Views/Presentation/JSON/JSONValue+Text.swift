// MARK: - JSON text (RFC 8259)

extension JSONValue {
    /// On one line, with a blank after each colon and comma: `{"a": 1, "b": [true, null]}`.
    package var compactText: String {
        var text = ""
        appendCompact(to: &text)
        return text
    }

    /// Over several lines, indented by two; what fits into `width` columns is on one line, so that an entry of a
    /// list mostly is one line for `grep` and `diff`. Ends with a line break.
    package func text(width: Int = 240) -> String {
        var text = ""
        append(to: &text, indentation: 0, prefix: 0, width: width)
        text.append("\n")
        return text
    }

    /// - Parameters:
    ///   - indentation: that of the line which the value begins on.
    ///   - prefix: the columns of that line already taken.
    private func append(to text: inout String, indentation: Int, prefix: Int, width: Int) {
        // The outermost value is always opened, regardless of its size, so that a document looks the same full and empty.
        if isEmptyOrScalar || (indentation > 0 && prefix + compactWidth(limit: width) < width) {
            appendCompact(to: &text)
            return
        }
        let inner = indentation + 2
        let margin = String(repeating: " ", count: inner)
        switch self {
        case .null, .boolean, .integer, .string:
            appendCompact(to: &text)
        case .array(let elements):
            text.append("[\n")
            for (index, element) in elements.enumerated() {
                text.append(margin)
                element.append(to: &text, indentation: inner, prefix: inner, width: width)
                text.append(index + 1 < elements.count ? ",\n" : "\n")
            }
            text.append(margin.dropLast(2) + "]")
        case .object(let members):
            text.append("{\n")
            for (index, member) in members.enumerated() {
                var label = ""
                JSONValue.appendQuoted(member.name, to: &label)
                text.append(margin + label + ": ")
                if indentation == 0, case .array = member.value, !member.value.isEmptyOrScalar {
                    // The lists of a document are opened too, one entry a line.
                    member.value.appendOpened(to: &text, indentation: inner, width: width)
                } else {
                    let prefix = inner + label.utf8.count + 2
                    member.value.append(to: &text, indentation: inner, prefix: prefix, width: width)
                }
                text.append(index + 1 < members.count ? ",\n" : "\n")
            }
            text.append(margin.dropLast(2) + "}")
        }
    }

    private func appendOpened(to text: inout String, indentation: Int, width: Int) {
        append(to: &text, indentation: indentation, prefix: width, width: width)
    }

    /// The columns of ``compactText``, or something from `limit` up as soon as it is known to be as much.
    private func compactWidth(limit: Int) -> Int {
        switch self {
        case .null, .boolean, .integer: return compactText.utf8.count
        case .string(let string):
            // Exact for ASCII without escapes, which is nearly all there is; nothing depends on the rest.
            return string.utf8.count + 2
        case .array(let elements):
            // Two for the brackets and two between elements: two for each element.
            var total = elements.isEmpty ? 2 : 0
            for element in elements where total < limit { total += element.compactWidth(limit: limit - total) + 2 }
            return total
        case .object(let members):
            var total = members.isEmpty ? 2 : 0
            for member in members where total < limit {
                total += member.name.utf8.count + 4 + member.value.compactWidth(limit: limit - total) + 2
            }
            return total
        }
    }

    private func appendCompact(to text: inout String) {
        switch self {
        case .null: text.append("null")
        case .boolean(let value): text.append(value ? "true" : "false")
        case .integer(let value): text.append(String(value))
        case .string(let value): JSONValue.appendQuoted(value, to: &text)
        case .array(let elements):
            text.append("[")
            for (index, element) in elements.enumerated() {
                if index > 0 { text.append(", ") }
                element.appendCompact(to: &text)
            }
            text.append("]")
        case .object(let members):
            text.append("{")
            for (index, member) in members.enumerated() {
                if index > 0 { text.append(", ") }
                JSONValue.appendQuoted(member.name, to: &text)
                text.append(": ")
                member.value.appendCompact(to: &text)
            }
            text.append("}")
        }
    }

    /// RFC 8259 §7: quotes, backslashes and controls are escaped. So are DEL and the C1 controls, which terminals
    /// obey, and the line separators, which YAML takes for ends of lines.
    static func appendQuoted(_ string: String, to text: inout String) {
        text.append("\"")
        if string.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }) {
            text.append(string)
            text.append("\"")
            return
        }
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text.append("\\\"")
            case "\\": text.append("\\\\")
            case "\n": text.append("\\n")
            case "\r": text.append("\\r")
            case "\t": text.append("\\t")
            case "\u{00}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}", "\u{FEFF}", "\u{FFFE}", "\u{FFFF}":
                let digits = String(scalar.value, radix: 16)
                text.append("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits)
            default: text.unicodeScalars.append(scalar)
            }
        }
        text.append("\"")
    }
}

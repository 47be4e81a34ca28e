// MARK: - YAML text (YAML 1.2, read alike by readers of 1.1)

extension JSONValue {
    /// The same document as YAML, in block style. Ends with a line break.
    ///
    /// A string is written plain only if no reader could take it for anything else; all others are quoted as in JSON,
    /// of which YAML's double quotes are an extension. That leaves no rule of YAML's to get wrong.
    package var yamlText: String {
        var text = ""
        switch self {
        case .object(let members) where !members.isEmpty: JSONValue.appendYAML(members, to: &text, margin: "")
        case .array(let elements) where !elements.isEmpty: JSONValue.appendYAML(elements, to: &text, margin: "")
        default:
            appendYAMLScalar(to: &text)
            text.append("\n")
        }
        return text
    }

    private static func appendYAML(_ members: [JSONMember], to text: inout String, margin: String) {
        for (index, member) in members.enumerated() {
            // The first member is on the line of its dash, or at the start of the document.
            if index > 0 { text.append(margin) }
            appendYAML(member.name, to: &text)
            text.append(":")
            member.value.appendYAMLValue(to: &text, margin: margin)
        }
    }

    private static func appendYAML(_ elements: [JSONValue], to text: inout String, margin: String) {
        for (index, element) in elements.enumerated() {
            if index > 0 { text.append(margin) }
            text.append("-")
            let inner = margin + "  "
            switch element {
            case .object(let members) where !members.isEmpty:
                text.append(" ")
                appendYAML(members, to: &text, margin: inner)
            case .array(let elements) where !elements.isEmpty:
                text.append(" ")
                appendYAML(elements, to: &text, margin: inner)
            default:
                element.appendYAMLValue(to: &text, margin: inner)
            }
        }
    }

    /// What follows the colon of a member, to the end of its last line.
    private func appendYAMLValue(to text: inout String, margin: String) {
        switch self {
        case .object(let members) where !members.isEmpty:
            let inner = margin + "  "
            text.append("\n" + inner)
            JSONValue.appendYAML(members, to: &text, margin: inner)
        case .array(let elements) where !elements.isEmpty:
            text.append("\n" + margin)
            JSONValue.appendYAML(elements, to: &text, margin: margin)
        default:
            text.append(" ")
            appendYAMLScalar(to: &text)
            text.append("\n")
        }
    }

    private func appendYAMLScalar(to text: inout String) {
        switch self {
        case .null: text.append("null")
        case .boolean(let value): text.append(value ? "true" : "false")
        case .integer(let value): text.append(String(value))
        case .string(let value): JSONValue.appendYAML(value, to: &text)
        case .array: text.append("[]")
        case .object: text.append("{}")
        }
    }

    private static func appendYAML(_ string: String, to text: inout String) {
        if isPlain(string) { text.append(string) } else { appendQuoted(string, to: &text) }
    }

    /// Whether a string can stand without quotes: letters, digits and a few marks, beginning with a letter, and no word
    /// that YAML 1.1 or 1.2 reads as a boolean, null or number.
    private static func isPlain(_ string: String) -> Bool {
        guard let first = string.utf8.first, first.isASCIILetter else { return false }
        let marks = "-_./,;() ".utf8
        guard string.utf8.allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit || marks.contains($0) }),
            string.utf8.last != UInt8(ascii: " ")
        else { return false }
        return !["y", "yes", "n", "no", "on", "off", "true", "false", "null", "nan", "inf"].contains(
            string.lowercased())
    }
}

extension UInt8 {
    fileprivate var isASCIILetter: Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
    }

    fileprivate var isASCIIDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}

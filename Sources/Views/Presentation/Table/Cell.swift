/// One value in a table.
package struct Cell: Hashable, Sendable, ExpressibleByStringInterpolation {
    /// Made harmless for a terminal, see ``Swift/String/withoutControls``, without blanks at its ends; a dash for what is
    /// empty.
    package let text: String
    package let tone: Tone

    package init(_ text: String, _ tone: Tone = .plain) {
        let trimmed = text.withoutControls.trimmed
        self.text = trimmed.isEmpty ? "-" : trimmed
        self.tone = trimmed.isEmpty ? .faint : tone
    }

    package init(stringLiteral value: String) { self.init(value) }

    /// What is not there.
    package static let none = Cell("")

    /// The text, or ``none``.
    package init(_ text: String?, _ tone: Tone = .plain) {
        self.init(text ?? "", tone)
    }

    var isNone: Bool { self == .none }
}

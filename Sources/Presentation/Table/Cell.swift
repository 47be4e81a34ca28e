/// One value in a table.
package struct Cell: Hashable, Sendable, ExpressibleByStringInterpolation {
    /// Made harmless for a terminal; see ``Swift/String/withoutControls``.
    package let text: String
    package let tone: Tone

    package init(_ text: String, _ tone: Tone = .plain) {
        self.text = text.withoutControls
        self.tone = tone
    }

    package init(stringLiteral value: String) { self.init(value) }

    /// What is not there.
    package static let none = Cell("-", .faint)

    /// The text, or ``none``.
    package init(_ text: String?, _ tone: Tone = .plain) {
        if let text, !text.isEmpty { self.init(text as String, tone) } else { self = .none }
    }

    var isNone: Bool { text.isEmpty || self == .none }
}

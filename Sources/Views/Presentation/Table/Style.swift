/// What the reader's terminal can show.
package struct Style: Hashable, Sendable {
    package var usesColour: Bool
    /// Whether characters beyond ASCII may be used to draw.
    package var usesUnicode: Bool

    package init(usesColour: Bool, usesUnicode: Bool) {
        self.usesColour = usesColour
        self.usesUnicode = usesUnicode
    }

    /// Text alone, in ASCII.
    package static let plain = Style(usesColour: false, usesUnicode: false)

    /// Colours on a terminal only, and never where `NO_COLOR` is set to anything (no-color.org) or `TERM` is `dumb`.
    /// Unicode where the locale says UTF-8.
    package init(isTerminal: Bool, environment: [String: String]) {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        usesColour = isTerminal && value("NO_COLOR") == nil && value("TERM") != "dumb"
        // POSIX, Base Definitions §8.2: the first of these that is set and not empty decides.
        let locale = (value("LC_ALL") ?? value("LC_CTYPE") ?? value("LANG") ?? "").lowercased()
        usesUnicode = locale.hasSuffix("utf-8") || locale.hasSuffix("utf8")
    }

    var ellipsis: String { usesUnicode ? "…" : "..." }

    /// The text between the escape sequences (ECMA-48 §8.3.117, SGR) for its tone.
    package func paint(_ text: String, _ tone: Tone) -> String {
        guard usesColour, !text.isEmpty else { return text }
        let code: String
        switch tone {
        case .plain: return text
        case .good: code = "32"
        case .warning: code = "33"
        case .bad: code = "31"
        case .faint: code = "2"
        case .heading: code = "1"
        }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }
}

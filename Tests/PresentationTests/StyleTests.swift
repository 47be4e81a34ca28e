import Presentation
import Testing

@Suite("Style") struct StyleTests {
    @Test(
        "colours need a terminal that wants them; signs beyond ASCII need a locale of UTF-8",
        arguments: [
            (true, ["TERM": "xterm", "LANG": "en_GB.UTF-8"], Style(usesColour: true, usesUnicode: true)),
            (false, ["TERM": "xterm", "LANG": "C.utf8"], Style(usesColour: false, usesUnicode: true)),
            (true, ["NO_COLOR": "1"], Style(usesColour: false, usesUnicode: false)),
            (true, ["NO_COLOR": "0"], Style(usesColour: false, usesUnicode: false)),
            (true, ["NO_COLOR": ""], Style(usesColour: true, usesUnicode: false)),
            (true, ["TERM": "dumb"], Style(usesColour: false, usesUnicode: false)),
            (true, ["LC_ALL": "C", "LANG": "en_GB.UTF-8"], Style(usesColour: true, usesUnicode: false)),
            (true, ["LC_ALL": "", "LC_CTYPE": "C.UTF-8", "LANG": "C"], Style(usesColour: true, usesUnicode: true)),
            (true, [:], Style(usesColour: true, usesUnicode: false)),
        ] as [(Bool, [String: String], Style)])
    func environment(isTerminal: Bool, environment: [String: String], expected: Style) {
        #expect(Style(isTerminal: isTerminal, environment: environment) == expected)
    }

    @Test("without colour, text is left as it is")
    func plain() {
        #expect(Style.plain.paint("x", .bad) == "x")
        #expect(Style(usesColour: true, usesUnicode: false).paint("x", .bad) == "\u{1B}[31mx\u{1B}[0m")
        #expect(Style(usesColour: true, usesUnicode: false).paint("", .bad) == "")
    }
}

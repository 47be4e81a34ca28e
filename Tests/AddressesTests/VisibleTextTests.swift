import Addresses
import Testing

@Suite struct VisibleTextTests {
    @Test(
        "What cannot be seen is written with its number",
        arguments: [
            ("192.0.2.1 to 192.0.2.9", "192.0.2.1 to 192.0.2.9"), ("a\u{A0}b", "a\\u{A0}b"),
            ("\u{200B}x", "\\u{200B}x"),
            ("x\n", "x\\u{A}"), ("\t", "\\u{9}"), ("a\r\nb", "a\\u{D}\\u{A}b"), ("\u{FEFF}1", "\\u{FEFF}1"),
            ("\u{2028}", "\\u{2028}"), ("\u{202E}evil", "\\u{202E}evil"), ("\u{7F}", "\\u{7F}"),
            ("\u{E000}", "\\u{E000}"),
            ("Zürich — 東京 ✓ é", "Zürich — 東京 ✓ é"), ("", ""), ("\u{3000}", "\\u{3000}"),
        ])
    func visible(text: String, expected: String) { #expect(text.visible == expected) }

    /// Go's unicode.IsSpace.
    private static let spaces: [Unicode.Scalar] = [
        "\t", "\n", "\u{B}", "\u{C}", "\r", " ", "\u{85}", "\u{A0}", "\u{1680}", "\u{2000}", "\u{200A}", "\u{2028}",
        "\u{2029}", "\u{202F}", "\u{205F}", "\u{3000}",
    ]

    @Test("White space around a range's addresses is of no matter, as in strings.TrimSpace", arguments: spaces)
    func trimmed(space: Unicode.Scalar) throws {
        let space = String(Character(space))
        #expect("\(space)\(space)a b\(space)".trimmed == "a b")
        let range = try IPRange("\(space)192.0.2.1\(space) -\(space)\(space)192.0.2.9 \(space)")
        #expect(range.description == "192.0.2.1-192.0.2.9")
    }

    @Test(
        "What only looks like white space is not removed, and is shown",
        arguments: ["\u{200B}", "\u{FEFF}", "\u{2060}"] as [Unicode.Scalar])
    func kept(scalar: Unicode.Scalar) {
        let text = "192.0.2.1\(scalar)-192.0.2.9"
        #expect(throws: AddressParseError.self) { try IPRange(text) }
        do throws(AddressParseError) {
            _ = try IPRange(text)
        } catch {
            #expect(error.description.visible.contains("\\u{"))
            #expect(error.offset == 9)
        }
    }
}

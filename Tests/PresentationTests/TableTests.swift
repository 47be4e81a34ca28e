import Presentation
import TestSupport
import Testing

@Suite("Tables") struct TableTests {
    @Test("columns are aligned, with two blanks between and none at the end")
    func aligned() {
        var table = Table([Column("NAME"), Column("COUNT", .trailing), Column("LAST")], emptyMessage: "Nothing.")
        table.append(["a", "1", "x"])
        table.append(["longer", "12345678", ""])
        table.append(["b"])
        #expect(
            table.lines(Samples.layout(80)) == [
                "NAME       COUNT  LAST",
                "a              1  x",
                "longer  12345678  -",
                "b              -  -",
            ])
    }

    @Test(
        "a narrow terminal: what can gives way, then the least important columns go, then all are cut",
        arguments: [
            (60, ["NAME      STATE  MESSAGE             AGE", "node-one  Up     all is well indeed  12m"]),
            (
                34,
                ["NAME      STATE  MESSAGE       AGE", "node-one  Up     all is well   12m", "                 indeed"]
            ),
            (
                26,
                [
                    "NAME      STATE  MESSAGE", "node-one  Up     all is", "                 well",
                    "                 indeed",
                ]
            ),
            (20, ["NAME      STATE", "node-one  Up"]),
            (12, ["NAME   STATE", "no...  Up"]),
            (6, ["NA  ST", "no  Up"]),
        ])
    func narrow(width: Int, expected: [String]) {
        var table = Table(
            [
                Column("NAME"), Column("STATE"),
                Column("MESSAGE", overflow: .wrap, minimumWidth: 9, rank: 1), Column("AGE", rank: 2),
            ], emptyMessage: "Nothing.")
        table.append(["node-one", "Up", "all is well indeed", "12m"])
        #expect(table.lines(Samples.layout(width)) == expected)
    }

    @Test("wide characters, marks and emoji keep the columns straight")
    func unicode() {
        var table = Table([Column("A"), Column("B")], emptyMessage: "")
        for text in ["日本", "e\u{301}", "👍🏽", "👩‍👩‍👧", "🇩🇪", "ａ", "\u{200D}x", "❤️", "한글"] { table.append([Cell(text), "|"]) }
        let ends = table.lines(Samples.layout(80)).dropFirst().map { line in
            String(line.prefix { $0 != "|" }).displayWidth
        }
        #expect(Set(ends) == [6])
        #expect("日本".displayWidth == 4 && "e\u{301}".displayWidth == 1 && "🇩🇪".displayWidth == 2)
    }

    @Test("an ellipsis is one sign where the terminal knows it, and never splits a wide character")
    func ellipsis() {
        var table = Table([Column("A")], emptyMessage: "")
        table.append(["日本語日本語"])
        let unicode = Style(usesColour: false, usesUnicode: true)
        #expect(table.lines(Samples.layout(6, style: unicode)).last == "日本…")
        #expect(table.lines(Samples.layout(6)).last == "日...")
        #expect(table.lines(Samples.layout(1, style: unicode)).last == "…")
    }

    @Test("wide columns show only when asked for, and columns that hide only with values")
    func choice() {
        var table = Table(
            [Column("A"), Column("B", isWideOnly: true), Column("C", hidesWhenEmpty: true)], emptyMessage: "Nothing.")
        #expect(table.lines(Samples.layout(80)) == ["Nothing."])
        table.append(["1", "2", .none])
        #expect(table.lines(Samples.layout(80)) == ["A", "1"])
        #expect(table.lines(Samples.layout(80, wide: true)) == ["A  B", "1  2"])
        table.append(["4", "5", "6"])
        #expect(table.lines(Samples.layout(80)) == ["A  C", "1  -", "4  6"])
    }

    @Test("no line is wider than the terminal, whatever the table", arguments: UInt64(1)...100)
    func fits(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let pieces = ["a", "bc", "word", "日本", "192.0.2.1", "👍🏽", " ", "-", "\u{1B}[0m", "e\u{301}"]
        func text() -> String {
            (0..<Int.random(in: 0..<12, using: &generator)).map { _ in pieces.randomElement(using: &generator) ?? "" }
                .joined()
        }
        let columns = (0..<Int.random(in: 1..<7, using: &generator)).map { index in
            Column(
                "C\(index)", Bool.random(using: &generator) ? .leading : .trailing,
                overflow: Bool.random(using: &generator) ? .cut : .wrap,
                minimumWidth: Bool.random(using: &generator) ? Int.random(in: 1..<20, using: &generator) : nil,
                rank: index == 0 ? 0 : Int.random(in: 0..<4, using: &generator))
        }
        var table = Table(columns, emptyMessage: "Nothing.")
        for _ in 0..<5 { table.append(columns.map { _ in Cell(text()) }) }
        for width in [20, 33, 80] {
            for line in table.lines(Samples.layout(width)) {
                #expect(line.displayWidth <= width, "seed \(seed), width \(width): \(line)")
                #expect(!line.hasSuffix(" ") && !line.contains("\u{1B}"))
            }
        }
    }
}

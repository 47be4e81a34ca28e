import Presentation
import Testing

@Suite("Screens") struct ScreenTests {
    static let widths = [80, 160]

    @Test("plan", arguments: widths) func plan(width: Int) throws {
        try expectGolden(Samples.plan.text(.table, Samples.layout(width)), "plan-\(width)")
    }

    @Test("check", arguments: widths) func check(width: Int) throws {
        try expectGolden(Samples.problems.text(.table, Samples.layout(width)), "check-\(width)")
    }

    @Test("get", arguments: Resource.allCases, widths) func get(resource: Resource, width: Int) throws {
        let list = resource.list(from: Samples.status)
        try expectGolden(list.text(.table, Samples.layout(width)), "get-\(resource.rawValue)-\(width)")
        try expectGolden(list.text(.wide, Samples.layout(width)), "get-\(resource.rawValue)-\(width)-wide")
    }

    @Test("get -o json and yaml", arguments: Resource.allCases) func documents(resource: Resource) throws {
        let list = resource.list(from: Samples.status)
        try expectGolden(list.text(.json, Samples.layout(80)), "get-\(resource.rawValue)-json")
        try expectGolden(list.text(.yaml, Samples.layout(80)), "get-\(resource.rawValue)-yaml")
    }

    @Test("off a terminal, nothing is cut, and a problem is one line as editors understand it")
    func unlimited() throws {
        try expectGolden(Samples.problems.text(.table, Samples.layout(nil)), "check-unlimited")
        try expectGolden(Samples.plan.text(.wide, Samples.layout(nil)), "plan-unlimited")
    }

    @Test("on a terminal, state words are coloured and columns stay where they are")
    func colours() throws {
        let style = Style(usesColour: true, usesUnicode: true)
        let screens: [any Screen] =
            [Samples.plan, Samples.problems] + Resource.allCases.map { $0.list(from: Samples.status) }
        for screen in screens {
            let coloured = screen.lines(Samples.layout(100, style: style))
            let plain = screen.lines(Samples.layout(100, style: Style(usesColour: false, usesUnicode: true)))
            #expect(coloured.map(\.withoutColours) == plain)
            #expect(coloured != plain)
        }
        let peers = Resource.peers.list(from: Samples.status).lines(Samples.layout(160, style: style))
        #expect(peers.contains { $0.contains("\u{1B}[32mEstablished\u{1B}[0m") })
        #expect(peers.contains { $0.contains("\u{1B}[31mActive\u{1B}[0m") })
    }

    @Test("no line is wider than the terminal, down to 30 columns", arguments: [30, 40, 60, 79, 80, 100, 132])
    func fits(width: Int) {
        let screens: [any Screen] =
            [Samples.plan, Samples.problems] + Resource.allCases.map { $0.list(from: Samples.status) }
        for screen in screens {
            for isWide in [false, true] {
                for line in screen.lines(Samples.layout(width, wide: isWide)) {
                    // The counting lines above the parts of a plan are prose, and short.
                    #expect(line.displayWidth <= max(width, 36), "\(line)")
                }
            }
        }
    }

    @Test("what a router says moves no cursor")
    func controls() {
        let text = Resource.peers.list(from: Samples.status).text(.wide, Samples.layout(nil))
        #expect(text.contains("maintenance \\u{1b}[31mtonight"))
        #expect(!text.contains("\u{1B}"))
    }

    @Test("with nothing to show, a sentence says so", arguments: Resource.allCases)
    func empty(resource: Resource) {
        let text = resource.list(from: ClusterStatus([])).text(.table, Samples.layout(80))
        #expect(text.hasSuffix(".\n") && text.count > 5)
        #expect(ProblemsDocument([ProblemEntry]()).text(.table, Samples.layout(80)) == "No problems.\n")
    }
}

extension String {
    /// Without the sequences that `Style` writes.
    fileprivate var withoutColours: String {
        split(separator: "\u{1B}[", omittingEmptySubsequences: false).enumerated().map { index, part in
            index == 0 ? String(part) : String(part.drop { $0 != "m" }.dropFirst())
        }.joined()
    }
}

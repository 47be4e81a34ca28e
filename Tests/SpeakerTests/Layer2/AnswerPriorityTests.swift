import NodeDecisions
import Speaker
import Testing
import Timing

@Suite struct AnswerPriorityTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// Seconds since the beginning, milliseconds waited, and what comes of it.
        var wakings: [(Int, Int, AnswerPriority.Change?)]

        init(_ name: String, _ wakings: (Int, Int, AnswerPriority.Change?)...) {
            testDescription = name
            self.wakings = wakings
        }
    }

    static let rows = [
        Row("woken at once → normal", (0, 0, nil), (1, 0, nil), (100, 1, nil)),
        Row("two milliseconds, again and again → normal", (0, 2, nil), (1, 2, nil), (2, 2, nil)),
        Row("late once → normal: a hypervisor", (0, 9, nil), (1, 0, nil)),
        Row("late once now and once later → normal", (0, 3, nil), (11, 3, nil), (22, 3, nil)),
        Row(
            "late twice → real-time for a minute", (0, 3, nil), (5, 0, nil), (10, 3, .raise(for: .seconds(60))),
            (69, 0, nil), (70, 0, .lower)),
        Row(
            "late although real-time → nothing more to be had", (0, 9, nil), (0, 9, .raise(for: .seconds(60))),
            (1, 9, nil), (2, 9, nil)),
        Row(
            "nothing came for long → lowered by the first that comes", (0, 3, nil), (0, 3, .raise(for: .seconds(60))),
            (999, 0, .lower)),
        Row(
            "what was late at real-time priority, or before → says nothing of normal priority", (0, 3, nil),
            (0, 3, .raise(for: .seconds(60))), (60, 3, .lower), (61, 3, nil), (62, 0, nil)),
        Row(
            "still busy → twice as long, sixteen minutes at most", (0, 3, nil), (0, 3, .raise(for: .seconds(60))),
            (60, 0, .lower), (61, 3, nil), (61, 3, .raise(for: .seconds(120))), (181, 0, .lower), (199, 3, nil),
            (200, 3, .raise(for: .seconds(240))), (440, 0, .lower), (441, 3, nil), (441, 3, .raise(for: .seconds(480))),
            (921, 0, .lower), (922, 3, nil), (922, 3, .raise(for: .seconds(960))), (1882, 0, .lower), (1883, 3, nil),
            (1883, 3, .raise(for: .seconds(960)))),
        Row(
            "busy again after as long at rest → a minute again", (0, 3, nil), (0, 3, .raise(for: .seconds(60))),
            (60, 0, .lower), (61, 3, nil), (61, 3, .raise(for: .seconds(120))), (181, 0, .lower), (300, 3, nil),
            (301, 3, .raise(for: .seconds(60)))),
    ]

    @Test("how long wakings took → which priority", arguments: rows)
    func table(row: Row) {
        var priority = AnswerPriority()
        var isRaised = false
        for (second, waited, change) in row.wakings {
            let now = Instant.zero.advanced(by: .seconds(second))
            #expect(priority.noteWait(.milliseconds(waited), at: now) == change, "at \(second) s")
            if let change { isRaised = change != .lower }
            #expect(priority.isRaised == isRaised)
        }
    }
}

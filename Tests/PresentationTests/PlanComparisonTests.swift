import Testing

@testable import Presentation

@Suite("What a new plan changes") struct PlanComparisonTests {
    private static func plan(_ services: [(name: String, ips: [String], owners: [String], peers: [String])])
        -> PlanDocument
    {
        PlanDocument(
            assignments: services.map {
                AssignmentEntry(
                    service: $0.name, ips: $0.ips, pool: "lan", state: $0.ips.isEmpty ? "pending" : "assigned",
                    reason: nil,
                    message: nil)
            },
            announcements: services.flatMap { service in
                service.owners.map {
                    AnnouncementEntry(layer2: service.name, ip: service.ips[0], node: $0, interfaces: nil)
                }
            })
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let before: (ips: [String], owners: [String])
        let after: (ips: [String], owners: [String])
        let word: String?
        var isLoss = false
    }

    static let rows = [
        Row(testDescription: "nothing", before: (["a"], ["n1"]), after: (["a"], ["n1"]), word: nil),
        Row(testDescription: "an address comes", before: ([], []), after: (["a"], ["n1"]), word: "gains"),
        Row(
            testDescription: "a second family comes", before: (["a"], ["n1"]), after: (["a", "b"], ["n1"]),
            word: "gains"),
        Row(testDescription: "an address goes", before: (["a"], ["n1"]), after: ([], []), word: "loses", isLoss: true),
        Row(
            testDescription: "one of two goes", before: (["a", "b"], ["n1"]), after: (["a"], ["n1"]), word: "loses",
            isLoss: true),
        Row(
            testDescription: "another address", before: (["a"], ["n1"]), after: (["b"], ["n1"]), word: "changes",
            isLoss: true),
        Row(testDescription: "another owner", before: (["a"], ["n1"]), after: (["a"], ["n2"]), word: "moves"),
        Row(
            testDescription: "nobody announces any more", before: (["a"], ["n1"]), after: (["a"], []), word: "silent",
            isLoss: true),
    ]

    @Test(arguments: rows) func change(row: Row) {
        let comparison = PlanComparison(
            from: Self.plan([("default/web", row.before.ips, row.before.owners, [])]),
            to: Self.plan([("default/web", row.after.ips, row.after.owners, [])]))
        #expect(comparison.changes.map(\.word) == [row.word].compactMap { $0 })
        #expect(comparison.hasLoss == row.isLoss)
        #expect(comparison.unchanged == (row.word == nil ? 1 : 0))
    }

    @Test("each address counts by itself: one that nobody announces any more is a loss, though the other is announced")
    func addresses() {
        func plan(_ announcements: [AnnouncementEntry]) -> PlanDocument {
            PlanDocument(
                assignments: [
                    AssignmentEntry(
                        service: "default/web", ips: ["192.0.2.1", "2001:db8::1"], pool: "lan", state: "assigned",
                        reason: nil, message: nil)
                ], announcements: announcements)
        }
        func route(_ ip: String) -> AnnouncementEntry {
            AnnouncementEntry(
                bgp: "default/web", ip: ip, node: "n1", peer: "tor", prefix: ip == "192.0.2.1" ? "192.0.2.0/24" : ip,
                localPreference: nil, communities: [], largeCommunities: [])
        }
        let four = AnnouncementEntry(layer2: "default/web", ip: "192.0.2.1", node: "n1", interfaces: nil)
        let six = AnnouncementEntry(layer2: "default/web", ip: "2001:db8::1", node: "n1", interfaces: nil)
        let rows: [(before: [AnnouncementEntry], after: [AnnouncementEntry], word: String, isLoss: Bool)] = [
            ([four, six], [four], "silent", true), ([four], [four, six], "moves", false),
            ([four, route("2001:db8::1")], [four], "silent", true),
            // The other protocol still does.
            ([four, six, route("2001:db8::1")], [four, six], "routes", false),
        ]
        for row in rows {
            let comparison = PlanComparison(from: plan(row.before), to: plan(row.after))
            #expect(comparison.changes.map(\.word) == [row.word])
            #expect(comparison.hasLoss == row.isLoss)
        }
    }

    @Test("screens", arguments: [80, 160]) func screens(width: Int) throws {
        let comparison = PlanComparison(
            from: Self.plan([
                ("default/api", ["192.0.2.10"], ["n1"], []), ("default/db", ["192.0.2.11"], ["n1"], []),
                ("default/web", ["192.0.2.12"], ["n2"], []), ("default/wiki", [], [], []),
            ]),
            to: Self.plan([
                ("default/api", ["192.0.2.10"], ["n1"], []), ("default/db", [], [], []),
                ("default/web", ["192.0.2.12"], ["n1"], []), ("default/wiki", ["192.0.2.13"], ["n2"], []),
            ]))
        try expectGolden(comparison.text(.table, Samples.layout(width)), "compare-\(width)")
        if width == 80 { try expectGolden(comparison.text(.json, Samples.layout(80)), "compare-json") }
        let same = PlanComparison(from: Self.plan([]), to: Self.plan([]))
        #expect(same.lines(Samples.layout(width)) == ["0 Services change, 0 for the worse; 0 stay as they are"])
    }
}

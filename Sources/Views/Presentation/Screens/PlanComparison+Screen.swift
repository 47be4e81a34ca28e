extension PlanComparison: Screen {
    package func lines(_ layout: Layout) -> [String] {
        let losses = changes.count(where: \.isLoss)
        let count = "\(changes.count) \(changes.count == 1 ? "Service changes" : "Services change")"
        let title = "\(count), \(losses) for the worse; \(unchanged) stay as they are"
        var sections = [[layout.style.paint(title, .heading)] + (changes.isEmpty ? [] : table.lines(layout))]
        if !problems.isEmpty {
            sections.append([layout.style.paint("Problems", .heading)] + ProblemsDocument(problems).lines(layout))
        }
        return Array(sections.joined(separator: [""]))
    }

    private var table: Table {
        var table = Table(
            [
                Column("SERVICE"), Column("CHANGE"), Column("ADDRESSES", overflow: .wrap, minimumWidth: 15),
                Column("OWNERS", overflow: .wrap, minimumWidth: 12, rank: 1, hidesWhenEmpty: true),
                Column("ROUTES", overflow: .wrap, minimumWidth: 12, rank: 2, hidesWhenEmpty: true),
            ], emptyMessage: "Nothing changes.")
        for change in changes {
            table.append([
                Cell(change.service),
                Cell(change.word, change.isLoss ? .bad : change.word == "gains" ? .good : .warning),
                Cell(difference(change.before.ips, change.after.ips, keeps: true)),
                Cell(difference(change.before.owners, change.after.owners, keeps: false)),
                Cell(difference(change.before.routes, change.after.routes, keeps: false)),
            ])
        }
        return table
    }

    /// What goes with a minus, what comes with a plus; what stays as it is, where that helps.
    private func difference(_ before: [String], _ after: [String], keeps: Bool) -> String {
        let gone = before.filter { !after.contains($0) }.map { "-\($0)" }
        let kept = keeps ? after.filter(before.contains) : []
        let new = after.filter { !before.contains($0) }.map { "+\($0)" }
        return (kept + gone + new).joined(separator: ", ")
    }
}

import Timing

// MARK: - Events in tables

extension EventEntry {
    /// What the event is about: Services, a peer or a segment.
    var subject: String {
        if !services.isEmpty { return services.joined(separator: ", ") }
        return prefix ?? peer.map { "peer \($0)" } ?? interface ?? ip ?? ""
    }

    var tone: Tone {
        switch Kind(rawValue: kind) {
        case .assigned, .claimed, .advertised, .sessionUp, .bfdUp, .nodeHeard, .conflictOver: .good
        case .released, .yielded, .withdrawn, nil: .plain
        case .pending, .nodeLost: .warning
        case .conflict, .sessionDown, .bfdDown: .bad
        }
    }
}

extension [EventEntry] {
    /// - Parameter isOfOne: whether all are about one thing, which then is not named in each row.
    func table(_ layout: Layout, isOfOne: Bool = false, emptyMessage: String) -> Table {
        var columns = [
            Column("TIME", isWideOnly: true), Column("AGO", .trailing), Column("EVENT"),
            Column("NODE", rank: 1, hidesWhenEmpty: true),
            Column("ABOUT", overflow: .wrap, minimumWidth: 12, rank: 2),
            Column("MESSAGE", overflow: .wrap, minimumWidth: 24),
        ]
        if isOfOne { columns.remove(at: 4) }
        var table = Table(columns, emptyMessage: emptyMessage)
        for event in self {
            var row = [
                Cell(event.time.microsecondDescription), Cell(layout.now.duration(since: event.time).age),
                Cell(event.kind, event.tone), Cell(event.node), Cell(event.subject), Cell(event.message),
            ]
            if isOfOne { row.remove(at: 4) }
            table.append(row)
        }
        return table
    }
}

extension PlanDocument: Screen {
    /// Four parts, each under a line that counts; parts without entries are left out.
    package func lines(_ layout: Layout) -> [String] {
        let pending = assignments.count { $0.state != "assigned" }
        var sections: [[String]] = []
        func add(_ title: String, _ lines: [String]) {
            sections.append([layout.style.paint(title, .heading)] + lines)
        }
        add(
            "Assignments: \(assignments.count - pending) assigned, \(pending) pending",
            assignmentTable.lines(layout))
        if !announcements.isEmpty {
            add("Announcements: \(announcements.count)", announcementTable.lines(layout))
        }
        if !silent.isEmpty { add("Not announced: \(silent.count)", notAnnouncedTable.lines(layout)) }
        if !problems.isEmpty { add("Problems", ProblemsDocument(problems).lines(layout)) }
        return Array(sections.joined(separator: [""]))
    }

    private var assignmentTable: Table {
        var table = Table(
            [
                Column("SERVICE"), Column("ADDRESSES", overflow: .wrap, minimumWidth: 15), Column("POOL", rank: 2),
                Column("STATE", rank: 3), Column("REASON", hidesWhenEmpty: true),
                Column("MESSAGE", overflow: .wrap, minimumWidth: 16, rank: 1, hidesWhenEmpty: true),
            ], emptyMessage: "Martlet serves no Service of type LoadBalancer.")
        for entry in assignments {
            let isAssigned = entry.state == "assigned"
            table.append([
                Cell(entry.service), Cell(entry.ips.joined(separator: ", ")), Cell(entry.pool),
                Cell(entry.state, isAssigned ? .good : .bad), Cell(entry.reason, isAssigned ? .warning : .bad),
                Cell(entry.message),
            ])
        }
        return table
    }

    private var announcementTable: Table {
        var table = Table(
            [
                Column("SERVICE"), Column("ADDRESS"), Column("PROTOCOL", rank: 2),
                Column("NODES", overflow: .wrap, minimumWidth: 12), Column("VIA", minimumWidth: 8, rank: 1),
                Column("PREFIX", rank: 3, hidesWhenEmpty: true),
                Column("LOCALPREF", .trailing, rank: 5, hidesWhenEmpty: true),
                Column("COMMUNITIES", overflow: .wrap, minimumWidth: 12, rank: 4, hidesWhenEmpty: true),
            ], emptyMessage: "Nothing is announced.")
        // Nodes that announce alike share a row.
        for group in announcements.grouped(by: { $0.comparable }) {
            let entry = group[0]
            table.append([
                Cell(entry.service), Cell(entry.ip), Cell(entry.protocol),
                Cell(group.map(\.node).joined(separator: ", ")), Cell(entry.way), Cell(entry.prefix),
                Cell(entry.localPreference.map(String.init)),
                Cell((entry.communities + entry.largeCommunities).joined(separator: ", ")),
            ])
        }
        return table
    }

    private var notAnnouncedTable: Table {
        var table = Table(
            [
                Column("SERVICE"), Column("ADDRESS"), Column("PROTOCOL", rank: 2),
                Column("NODES", overflow: .wrap, minimumWidth: 12), Column("PEER", rank: 1, hidesWhenEmpty: true),
                Column("REASON"), Column("MESSAGE", overflow: .wrap, minimumWidth: 20, rank: 3),
            ], emptyMessage: "Every node announces.")
        // Nodes that do not announce for the same reason share a row.
        for group in silent.grouped(by: { $0.comparable }) {
            let entry = group[0]
            table.append([
                Cell(entry.service), Cell(entry.ip), Cell(entry.protocol),
                Cell(group.map(\.node).joined(separator: ", ")), Cell(entry.peer), Cell(entry.reason, .warning),
                Cell(entry.message),
            ])
        }
        return table
    }
}

extension AnnouncementEntry {
    /// All but the node: entries with the same are of nodes that announce alike.
    fileprivate var comparable: AnnouncementEntry {
        var copy = self
        copy.node = ""
        copy.since = nil
        return copy
    }

    /// The interfaces, or the peer, that the address is announced by.
    var way: String {
        if isBGP { return peer ?? "" }
        return interfaces.map { $0.joined(separator: ",") } ?? "any interface"
    }
}

extension NotAnnouncedEntry {
    /// All but the node.
    fileprivate var comparable: NotAnnouncedEntry {
        var copy = self
        copy.node = ""
        return copy
    }
}

extension Array {
    /// The elements with one key together, in the order in which each key comes first.
    func grouped<Key: Hashable>(by key: (Element) -> Key) -> [[Element]] {
        var positions: [Key: Int] = [:]
        var groups: [[Element]] = []
        for element in self {
            let key = key(element)
            if let position = positions[key] {
                groups[position].append(element)
            } else {
                positions[key] = groups.count
                groups.append([element])
            }
        }
        return groups
    }
}

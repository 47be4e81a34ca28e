import Timing

/// What `martlet top` shows: what a process does just now, from two looks at it.
package struct TopScreen: Hashable, Sendable {
    package let former: StatusDocument
    package let status: StatusDocument
    /// From the former look to this one.
    package let elapsed: Duration
    package let events: [EventEntry]
    /// How many lines there are; `nil` for no limit.
    package var height: Int?

    package init(
        from former: StatusDocument, to status: StatusDocument, elapsed: Duration, events: [EventEntry],
        height: Int? = nil
    ) {
        self.former = former
        self.status = status
        self.elapsed = elapsed
        self.events = events
        self.height = height
    }

    package func lines(_ layout: Layout) -> [String] {
        var result = [title(layout), ""] + rateTable(layout).lines(layout)
        if !status.peers.isEmpty {
            let list = ResourceList(resource: .peers, status: ClusterStatus([status]))
            result += [""] + list.lines(layout)
        }
        if !status.segments.isEmpty { result += [""] + segmentTable(layout).lines(layout) }
        // What happened last takes what room is left, the newest at the end.
        let room = height.map { max(0, $0 - result.count - 3) } ?? 10
        if room > 1, !events.isEmpty {
            let table = events.suffix(room - 1).map { $0 }.table(layout, emptyMessage: "")
            let lines = table.lines(layout)
            result += ["", lines[0]]
            result += lines.dropFirst().suffix(room - 1)
        }
        return height.map { Array(result.prefix($0)) } ?? result
    }

    private func title(_ layout: Layout) -> String {
        let assigned = status.assignments.count { !$0.ips.isEmpty }
        let state =
            status.notReady.isEmpty ? "ready" : "not ready: \(status.notReady.joined(separator: "; "))"
        let parts: [String?] = [
            "\(status.role) \(status.node ?? "") \(status.version)".trimmed,
            status.started.map { "up \(layout.now.duration(since: $0).age)" },
            state, "\(assigned) of \(status.assignments.count) Services with an address",
            "\(SpeakerEntry(status).layer2Addresses) addresses at layer 2",
            "\(status.peers.count(where: \.isEstablished)) of \(status.peers.count) sessions",
        ]
        let text = parts.compactMap(\.self).joined(separator: ", ").withoutControls
        return layout.style.paint(
            layout.width.map { text.cut(toWidth: $0, ellipsis: layout.style.ellipsis) } ?? text, .heading)
    }
}

// MARK: - Rates
extension TopScreen {
    private func rateTable(_ layout: Layout) -> Table {
        var table = Table(
            [
                Column("WHAT"), Column("A SECOND", .trailing), Column("SINCE IT BEGAN", .trailing, rank: 1),
            ],
            emptyMessage: "")
        func add(_ name: String, _ count: (StatusDocument) -> UInt64) {
            let (before, after) = (count(former), count(status))
            table.append([Cell(name), Cell(rate(before, after)), Cell(String(after))])
        }
        add("ARP requests answered") { $0.interfaces.reduce(0) { $0 &+ $1.arp.replies } }
        add("NDP requests answered") { $0.interfaces.reduce(0) { $0 &+ $1.ndp.replies } }
        add("addresses announced to the segment") {
            $0.interfaces.reduce(0) { $0 &+ $1.arp.announcements &+ $1.ndp.announcements }
        }
        add("frames ignored") { $0.interfaces.flatMap(\.drops).reduce(0) { $0 &+ $1.count } }
        add("BGP messages sent") { $0.peers.compactMap(\.messagesSent).reduce(0) { $0 &+ $1.total } }
        add("BGP messages received") {
            $0.peers.compactMap(\.messagesReceived).reduce(0) { $0 &+ $1.total }
        }
        let minute = events.filter { layout.now.duration(since: $0.time) <= .seconds(60) }
        table.append([Cell("changes in the last minute"), .none, Cell(String(minute.count))])
        return table
    }

    /// With one decimal; a dash if the process restarted in between.
    private func rate(_ before: UInt64, _ after: UInt64) -> String? {
        let milliseconds = UInt64(clamping: elapsed.wholeNanoseconds / 1_000_000)
        guard after >= before, milliseconds > 0 else { return nil }
        let (product, overflow) = (after - before).multipliedReportingOverflow(by: 10_000)
        guard !overflow else { return nil }
        let tenths = product / milliseconds
        return "\(tenths / 10).\(tenths % 10)"
    }

    private func segmentTable(_ layout: Layout) -> Table {
        var table = Table(
            [
                Column("SEGMENT"), Column("SPEAKER"), Column("STATE"), Column("FOR", rank: 1),
                Column("ADDRESS", rank: 2),
            ],
            emptyMessage: "")
        for segment in status.segments {
            for member in segment.members {
                table.append([
                    Cell(segment.interface), Cell(member.node),
                    Cell(member.state, member.state == "Up" ? .good : .bad),
                    Cell(member.since.map { layout.now.duration(since: $0).age }), Cell(member.address),
                ])
            }
        }
        return table
    }
}

extension PeerEntry.Messages {
    fileprivate var total: UInt64 {
        [open, update, notification, keepalive, routeRefresh].reduce(0) { $0 &+ UInt64(clamping: $1) }
    }
}

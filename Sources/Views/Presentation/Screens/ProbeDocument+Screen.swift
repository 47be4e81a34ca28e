extension ProbeDocument: Screen {
    /// A row for each MAC address that has the address, what that means, and what to do if it is bad.
    package func lines(_ layout: Layout) -> [String] {
        let style = layout.style
        var sections: [[String]] = []
        if !answers.isEmpty { sections.append(table.lines(layout)) }
        let tone: Tone = verdict == .answered ? .good : .bad
        sections.append(verdictSentences.flatMap { wrapped($0, layout).map { style.paint($0, tone) } })
        let notes = interfaceNotes
        if !notes.isEmpty { sections.append(notes.flatMap { wrapped($0, layout) }) }
        let advice = advice
        if !advice.isEmpty {
            sections.append(
                [style.paint("What to do", .heading)]
                    + advice.flatMap { sentence in
                        wrapped(sentence, layout, indent: 2).enumerated().map { ($0 == 0 ? "- " : "  ") + $1 }
                    })
        }
        return Array(sections.joined(separator: [""]))
    }

    package var names: [String] { answers.map { $0.node ?? $0.mac }.grouped(by: { $0 }).map { $0[0] } }

    private func wrapped(_ text: String, _ layout: Layout, indent: Int = 0) -> [String] {
        layout.width.map { text.withoutControls.wrapped(toWidth: max(20, $0 - indent)) } ?? [text.withoutControls]
    }

    private var table: Table {
        var table = Table(
            [
                Column("INTERFACE"), Column("MAC"), Column("NODE", overflow: .wrap, minimumWidth: 10),
                Column("ANSWERED", rank: 2), Column("LATENCY", .trailing, rank: 1),
                Column("SLOWEST", .trailing, isWideOnly: true),
                Column("ANNOUNCED", .trailing, rank: 3, isWideOnly: true),
            ], emptyMessage: "")
        let sent = Dictionary(interfaces.map { ($0.interface, $0.sent) }) { first, _ in first }
        let disputed = Set(duplicates.joined())
        for answer in answers {
            let latencies = answer.latencies.sorted()
            table.append([
                Cell(answer.interface),
                Cell(answer.mac, disputed.contains(answer) || verdict == .stranger ? .bad : .good), Cell(answer.holder),
                Cell(answer.isLocal ? nil : "\(latencies.count) of \(sent[answer.interface] ?? 0)"),
                // The median.
                Cell(latencies.isEmpty ? nil : latencies[latencies.count / 2].milliseconds),
                Cell(latencies.last?.milliseconds),
                Cell(answer.announcements > 0 ? "\(answer.announcements)" : nil),
            ])
        }
        return table
    }

    // MARK: Sentences

    private var verdictSentences: [String] {
        let asked = interfaces.filter { $0.sent > 0 }
        switch verdict {
        case .unanswered:
            guard !asked.isEmpty else { return ["No interface could be probed for \(address)."] }
            let probes = asked.map { "\($0.sent == 1 ? "1 probe" : "\($0.sent) probes") on \($0.interface)" }
            return ["No answer for \(address): \(probes.joined(separator: ", "))."]
        case .answered:
            let holders = answers.map { "\($0.name) on \($0.interface)" }
            return ["\(address) is at \(holders.joined(separator: ", "))."]
        case .stranger:
            let holders = answers.map { "\($0.mac) on \($0.interface)" }
            return ["No speaker answers for \(address); another host does: \(holders.joined(separator: ", "))."]
        case .duplicate:
            return duplicates.map { answers in
                let names = answers.map(\.name)
                let all = "\(names.dropLast().joined(separator: ", ")) and \(names.last ?? "")"
                return "\(answers.count) answer for \(address) on \(answers.first?.interface ?? ""): \(all)."
            }
        }
    }

    private var interfaceNotes: [String] {
        interfaces.compactMap { asked in asked.problem.map { "\(asked.interface) was not probed completely: \($0)." } }
            + localInterfaces.map {
                "This host has \(address) on \($0) itself and does not receive its own answers. Whether its kernel "
                    + "answers depends on net.ipv4.conf.*.arp_ignore."
            }
    }

    private var advice: [String] {
        switch verdict {
        case .answered: return []
        case .unanswered:
            return [
                "Run `martlet explain NAMESPACE/NAME` for the Service that has the address: it shows why no node announces it.",
                "If a node does announce it, probe from a host on the same segment, on the interface of that segment.",
            ]
        case .stranger:
            return [
                "If \(address) belongs to that host and to no Service, nothing is wrong.",
                "Otherwise find \(answers.map(\.mac).joined(separator: ", ")) in the MAC tables of the switch, and remove "
                    + "\(address) from that host or from the pool.",
                "Run `martlet explain NAMESPACE/NAME` for the Service that has the address: it shows which node should answer.",
            ]
        case .duplicate:
            var advice: [String] = []
            let disputed = duplicates.joined()
            for answer in disputed where !answer.isSpeaker {
                advice.append(answer.adviceForStranger(address))
            }
            if duplicates.contains(where: { $0.filter(\.isSpeaker).count > 1 }) {
                advice.append(
                    "Two speakers that reach each other settle within 0.1 s. Probe again, and if both still "
                        + "answer, check in `martlet get speakers` whether they reach each other.")
            }
            return advice
        }
    }
}

extension ProbeDocument.Answer {
    /// Whose MAC address it is, as far as is known.
    fileprivate var holder: String? {
        switch (node, isLocal) {
        case (let node?, true): "\(node), this host"
        case (let node?, false): node
        case (nil, true): "this host"
        case (nil, false): isSpeaker ? "a speaker" : nil
        }
    }

    fileprivate var name: String { "\(mac) (\(holder ?? "not a speaker"))" }

    fileprivate func adviceForStranger(_ address: String) -> String {
        if let node {
            return "\(mac) is \(node)'s, but its kernel answers, not Martlet: it has \(address) on an "
                + "interface. Set net.ipv4.conf.all.arp_ignore=1 and arp_announce=2 (kube-proxy's strictARP)."
        }
        if isLocal { return "Remove \(address) from this host or from the pool." }
        return
            "\(mac) is not a speaker: find its port in the tables of the switch, and remove \(address) from that host or "
            + "from the pool."
    }
}

extension Duration {
    /// In milliseconds with as many decimals as matter.
    fileprivate var milliseconds: String {
        let microseconds = Int(self / .microseconds(1))
        guard microseconds < 10_000 else { return "\((microseconds + 500) / 1000) ms" }
        let hundredths = (microseconds + 5) / 10
        let fraction = hundredths % 100
        return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) ms"
    }
}

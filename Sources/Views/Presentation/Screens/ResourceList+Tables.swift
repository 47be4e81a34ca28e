import Timing

// MARK: - One table for each resource

extension ResourceList {
    func poolTable(_ layout: Layout) -> Table {
        var table = Table(
            [
                Column("POOL"), Column("FAMILY", rank: 1), Column("USED", rank: 3), Column("ASSIGNED", .trailing),
                Column("SIZE", .trailing), Column("FREE", .trailing, rank: 2), Column("AUTOASSIGN", rank: 4),
                Column("ADDRESSES", overflow: .wrap, minimumWidth: 18, rank: 5, isWideOnly: true),
            ], emptyMessage: nothing ?? "No pools.")
        for pool in pools {
            for usage in pool.families {
                table.append([
                    Cell(pool.pool), Cell(usage.family), usage.bar(layout.style), Cell(usage.assigned.shortText),
                    Cell(usage.size.shortText), Cell(usage.available.shortText, usage.available == 0 ? .bad : .plain),
                    Cell(pool.autoAssign ? "yes" : "no"), Cell(pool.addresses.joined(separator: ", ")),
                ])
            }
        }
        return table
    }

    func serviceTable(_ layout: Layout) -> Table {
        var table = Table(
            [
                Column("SERVICE"), Column("ADDRESS"), Column("POOL", rank: 3), Column("PROTOCOL", rank: 2),
                Column("OWNER", overflow: .wrap, minimumWidth: 12), Column("FOR", rank: 1),
                Column("REASON", overflow: .wrap, minimumWidth: 18, hidesWhenEmpty: true),
                Column("PEERS", overflow: .wrap, minimumWidth: 12, rank: 4, isWideOnly: true, hidesWhenEmpty: true),
                Column("MESSAGE", overflow: .wrap, minimumWidth: 24, rank: 1, isWideOnly: true, hidesWhenEmpty: true),
            ], emptyMessage: nothing ?? "Martlet serves no Service of type LoadBalancer.")
        for service in services {
            let assignment = service.assignment
            guard !assignment.ips.isEmpty else {
                table.append([
                    Cell(assignment.service), .none, .none, .none, .none, .none,
                    Cell(assignment.reason ?? assignment.state, .bad), .none, Cell(assignment.message),
                ])
                continue
            }
            for ip in assignment.ips {
                let announcements = service.announcements.filter { $0.ip == ip }
                guard !announcements.isEmpty else {
                    table.append(silentRow(assignment, ip, service.silent.filter { $0.ip == ip }))
                    continue
                }
                for group in announcements.grouped(by: \.protocol) {
                    let unsent = group.filter { $0.isUnsent || $0.isUnreported }
                    guard unsent.count < group.count else {
                        table.append(unsentRow(assignment, ip, group))
                        continue
                    }
                    let group = group.filter { !unsent.contains($0) }
                    let since = group.compactMap(\.since).min()
                    table.append([
                        Cell(assignment.service), Cell(ip), Cell(assignment.pool), Cell(group[0].protocol),
                        Cell(group.map(\.owner).unique.joined(separator: ", "), .good), Cell(layout.age(since)),
                        Cell(assignment.reason, .warning),
                        Cell(group.compactMap(\.peer).unique.joined(separator: ", ")),
                        Cell(
                            (unsent.map(\.unsentSentence) + [assignment.message].compactMap(\.self)).joined(
                                separator: " ")),
                    ])
                }
            }
        }
        return table
    }

    /// An address of which no route is known to reach a router.
    private func unsentRow(_ assignment: AssignmentEntry, _ ip: String, _ group: [AnnouncementEntry]) -> [Cell] {
        let unreported = group.filter(\.isUnreported)
        let owner =
            unreported.isEmpty
            ? Cell("nobody", .bad) : Cell(unreported.map(\.node).unique.joined(separator: ", "), .warning)
        return [
            Cell(assignment.service), Cell(ip), Cell(assignment.pool), Cell(group[0].protocol), owner, .none,
            unreported.isEmpty ? Cell("NotSent", .bad) : Cell("NotReported", .warning),
            Cell(group.compactMap(\.peer).unique.joined(separator: ", ")),
            Cell(group.map(\.unsentSentence).joined(separator: " ")),
        ]
    }

    /// An address that no one announces: the reasons take the place of the owner.
    private func silentRow(_ assignment: AssignmentEntry, _ ip: String, _ silent: [NotAnnouncedEntry]) -> [Cell] {
        let reasons = silent.map(\.reason).unique
        return [
            Cell(assignment.service), Cell(ip), Cell(assignment.pool), .none, Cell("nobody", .bad), .none,
            Cell((reasons.isEmpty ? ["NotAnnounced"] : reasons).joined(separator: ", "), .bad), .none,
            Cell(silent.map(\.message).unique.joined(separator: " ")),
        ]
    }

    func announcementTable(_ layout: Layout) -> Table {
        var table = Table(
            [
                Column("SERVICE"), Column("ADDRESS"), Column("PROTOCOL", rank: 2), Column("NODE"),
                Column("VIA", minimumWidth: 8),
                Column("SESSION", overflow: .wrap, minimumWidth: 12, hidesWhenEmpty: true), Column("FOR", rank: 1),
                Column("PREFIX", rank: 3, isWideOnly: true),
                Column("LOCALPREF", .trailing, rank: 5, isWideOnly: true),
                Column("COMMUNITIES", overflow: .wrap, minimumWidth: 12, rank: 4, isWideOnly: true),
            ], emptyMessage: nothing ?? "Nothing is announced.")
        for entry in announcements {
            table.append([
                Cell(entry.service), Cell(entry.ip), Cell(entry.protocol), Cell(entry.node), Cell(entry.way),
                entry.session.map { Cell(session: $0) } ?? .none, Cell(layout.age(entry.since)), Cell(entry.prefix),
                Cell(entry.localPreference.map(String.init)),
                Cell((entry.communities + entry.largeCommunities).joined(separator: ", ")),
            ])
        }
        return table
    }

    func peerTable(_ layout: Layout) -> Table {
        var table = Table(
            [
                Column("NODE", rank: 1), Column("PEER"), Column("ADDRESS", rank: 4), Column("STATE"),
                Column("FOR", rank: 2), Column("ROUTES", .trailing, rank: 3), Column("BFD", hidesWhenEmpty: true),
                Column("AS", .trailing, rank: 5, isWideOnly: true), Column("ROUTER ID", rank: 6, isWideOnly: true),
                Column("HOLD", .trailing, rank: 7, isWideOnly: true),
                Column("LOST", .trailing, rank: 8, isWideOnly: true),
                Column("LAST ERROR", overflow: .wrap, minimumWidth: 20, hidesWhenEmpty: true),
            ], emptyMessage: nothing ?? "No BGP peers.")
        for entry in peers {
            let peer = entry.peer
            let bfdTone: Tone = peer.bfd == "Up" ? .good : peer.bfd == "Down" ? .bad : .warning
            table.append([
                Cell(entry.node), Cell(peer.peer), Cell(peer.address), Cell(peer.state, peer.tone),
                Cell(layout.age(peer.since)), Cell(String(peer.prefixesSent)), Cell(peer.bfd, bfdTone),
                Cell(peer.asn.map(String.init)), Cell(peer.routerID), Cell(peer.holdTime.map { "\($0)s" }),
                Cell(peer.flaps.map(String.init)), Cell(peer.lastError, peer.isEstablished ? .faint : .bad),
            ])
        }
        return table
    }

    func speakerTable(_ layout: Layout) -> Table {
        var table = Table(
            [
                Column("NODE"), Column("STATE"), Column("ADDRESSES", .trailing), Column("SESSIONS", .trailing),
                Column("ROUTES", .trailing, rank: 2),
                Column("SEGMENTS", overflow: .wrap, minimumWidth: 12, rank: 3, hidesWhenEmpty: true),
                Column("UP FOR", rank: 1), Column("VERSION", rank: 4), Column("ROLE", rank: 5, isWideOnly: true),
                Column("NOT READY BECAUSE", overflow: .wrap, minimumWidth: 20, hidesWhenEmpty: true),
            ], emptyMessage: nothing ?? "No speakers.")
        for speaker in speakers {
            let segments = speaker.segments.map { segment in
                "\(segment.interface) \(segment.members.count { $0.state == "Up" })/\(segment.members.count)"
            }
            let sessions = "\(speaker.establishedSessions)/\(speaker.sessions)"
            table.append([
                Cell(speaker.node), speaker.notReady.isEmpty ? Cell("ready", .good) : Cell("not ready", .bad),
                Cell(String(speaker.layer2Addresses)),
                Cell(sessions, speaker.establishedSessions < speaker.sessions ? .bad : .plain),
                Cell(String(speaker.bgpRoutes)), Cell(segments.joined(separator: ", ")),
                Cell(layout.age(speaker.started)), Cell(speaker.version), Cell(speaker.role),
                Cell(speaker.notReady.joined(separator: "; "), .bad),
            ])
        }
        return table
    }

    func problemTable(_ layout: Layout) -> Table {
        var table = Table(
            [
                Column("SEVERITY"), Column("NODE", overflow: .wrap, minimumWidth: 8, rank: 2, hidesWhenEmpty: true),
                Column("OBJECT", overflow: .wrap, minimumWidth: 16, rank: 1, hidesWhenEmpty: true),
                Column("FIELD", isWideOnly: true, hidesWhenEmpty: true),
                Column("MESSAGE", overflow: .wrap, minimumWidth: 30),
            ], emptyMessage: nothing ?? "No problems.")
        for entry in problems {
            let problem = entry.problem
            table.append([
                Cell(problem.severity, problem.tone), Cell(entry.nodes.joined(separator: ", ")), Cell(problem.object),
                Cell(problem.field), Cell(problem.message),
            ])
        }
        return table
    }

    func routeTable(_ layout: Layout) -> Table {
        var table = Table(
            [
                Column("NODE"), Column("PEER"), Column("PREFIX"),
                Column("SESSION", overflow: .wrap, minimumWidth: 12, hidesWhenEmpty: true),
                Column("LOCALPREF", .trailing, rank: 2, hidesWhenEmpty: true),
                Column("COMMUNITIES", overflow: .wrap, minimumWidth: 12, rank: 1, hidesWhenEmpty: true),
                Column("SERVICES", overflow: .wrap, minimumWidth: 24, rank: 3),
            ], emptyMessage: nothing ?? "No routes are advertised.")
        for route in routes {
            let services = layout.isWide || route.services.count == 1 ? route.services : ["\(route.services.count)"]
            table.append([
                Cell(route.node), Cell(route.peer), Cell(route.prefix),
                route.session.map { Cell(session: $0) } ?? .none, Cell(route.localPreference.map(String.init)),
                Cell((route.communities + route.largeCommunities).joined(separator: ", ")),
                Cell(services.joined(separator: ", ")),
            ])
        }
        return table
    }
}

// MARK: - Values

extension Layout {
    /// How long ago something was, where it is known.
    fileprivate func age(_ since: Timestamp?) -> String? { since.map { now.duration(since: $0).age } }
}

extension PeerEntry {
    fileprivate var tone: Tone {
        switch state {
        case "Established": .good
        case "OpenSent", "OpenConfirm": .warning
        default: .bad
        }
    }
}

extension Cell {
    /// The state of the session that carries a route; of any but one that is up, that the route is not sent.
    fileprivate init(session: String) {
        switch session {
        case PeerEntry.established: self.init(session, .good)
        case AnnouncementEntry.unreportedSession: self.init("not reported", .warning)
        default: self.init("\(session): not sent", .bad)
        }
    }
}

extension AnnouncementEntry {
    fileprivate var unsentSentence: String {
        isUnreported
            ? "The speaker of \(node) reports no session with \(peer ?? "")."
            : "\(node) does not send it to \(peer ?? ""): \(session ?? "")."
    }

    /// The node, with the interfaces that it announces on.
    fileprivate var owner: String {
        guard let interfaces, !isBGP else { return node }
        return "\(node)/\(interfaces.joined(separator: ","))"
    }
}

extension [String] {
    /// Each element once, in the order in which they come first.
    fileprivate var unique: [String] { grouped(by: { $0 }).map { $0[0] } }
}

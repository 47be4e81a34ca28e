/// The answer of `martlet get`: one kind of thing, of one process or of all.
package struct ResourceList: Hashable, Sendable, Screen {
    package let resource: Resource
    package let status: ClusterStatus
    package let filter: ResourceFilter
    /// `nil`: the resource's own order.
    package let order: ResourceOrder?

    package init(
        resource: Resource, status: ClusterStatus, filter: ResourceFilter = ResourceFilter(),
        order: ResourceOrder? = nil
    ) {
        self.resource = resource
        self.status = status
        self.filter = filter
        self.order = order
    }

    /// An object with one member, named after the resource.
    package var json: JSONValue {
        .object([JSONMember(name: resource.rawValue, value: .array(entries))])
    }

    private var entries: [JSONValue] {
        switch resource {
        case .pools: pools.map(\.json)
        case .services: services.map(\.json)
        case .announcements: announcements.map(\.json)
        case .peers: peers.map(\.json)
        case .speakers: speakers.map(\.json)
        case .routes: routes.map(\.json)
        case .events: events.map(\.json)
        case .problems: problems.map(\.json)
        }
    }

    package var names: [String] {
        let names =
            switch resource {
            case .pools: pools.map(\.pool)
            case .services: services.map(\.assignment.service)
            case .announcements: announcements.map(\.service)
            case .peers: peers.map(\.peer.peer)
            case .speakers: speakers.map(\.node)
            case .routes: routes.map(\.prefix)
            case .events: events.map { "\($0.node ?? "controller")/\($0.number)" }
            case .problems: problems.map(\.name)
            }
        return names.grouped(by: { $0 }).map { $0[0] }
    }

    func table(_ layout: Layout) -> Table {
        switch resource {
        case .pools: poolTable(layout)
        case .services: serviceTable(layout)
        case .announcements: announcementTable(layout)
        case .peers: peerTable(layout)
        case .speakers: speakerTable(layout)
        case .routes: routeTable(layout)
        case .events: events.table(layout, emptyMessage: "No events.")
        case .problems: problemTable(layout)
        }
    }

    package func lines(_ layout: Layout) -> [String] { table(layout).lines(layout) }

    /// What is said in place of an empty list that was narrowed; `nil`: it was not.
    var nothing: String? {
        let parts = [
            filter.name.map { "of the name \($0)" }, filter.namespace.map { "in the namespace \($0)" },
            filter.selector.map { "with the labels \($0)" }, filter.address.map { "about \($0)" },
        ].compactMap(\.self)
        return parts.isEmpty ? nil : "None \(parts.joined(separator: " "))."
    }

    /// That the one thing which was asked for by name is not there; `nil` if it is, or none was named. What a Service has
    /// announced, or what happened to it, may well be nothing.
    package var absence: String? {
        guard let name = filter.name, names.isEmpty else { return nil }
        switch resource {
        case .services:
            let service = name.contains("/") ? name : "\(filter.namespace ?? "default")/\(name)"
            return "Martlet serves no Service \(service)"
        case .pools, .peers, .speakers: return "there is no \(resource.rawValue.dropLast()) \(name)"
        case .routes: return "there is no route to \(name)"
        case .announcements, .events, .problems: return nil
        }
    }

    /// Why the list cannot be in the order asked for; `nil` if it can.
    package var orderProblem: String? {
        let entries = ResourceList(resource: resource, status: status, filter: filter).entries
        guard let order, !entries.isEmpty else { return nil }
        let top = order.field.split(separator: ".").first.map(String.init) ?? ""
        let names = entries.flatMap(\.memberNames).grouped(by: { $0 }).map { $0[0] }
        return names.contains(top)
            ? nil
            : "\(resource.rawValue) have no `\(order.field)`; they have \(names.joined(separator: ", "))"
    }
}

// MARK: - Watching
extension ResourceList {
    /// The lines of what is not as it was: rows that are new or changed, and the names of what is gone.
    ///
    /// What only grew older has not changed.
    package func changes(since former: ResourceList, _ layout: Layout) -> [String] {
        let old = former.table(layout)
        let new = table(layout)
        let changed = new.rows(notIn: old)
        let present = Set(names)
        let gone = former.names.filter { !present.contains($0) }
        return (changed.rows.isEmpty ? [] : changed.lines(layout, hasHeader: false))
            + gone.map { "\($0.withoutControls) is gone" }
    }
}

// MARK: - What is asked for
extension ResourceList {
    var pools: [PoolEntry] { ordered(status.pools.filter { filter.accepts(name: $0.pool) }) }

    var services: [ServiceEntry] {
        ordered(status.services.filter { filter.accepts(service: $0.assignment.service) })
    }

    var announcements: [AnnouncementEntry] {
        ordered(status.announcements.filter { filter.accepts(service: $0.service) })
    }

    var peers: [NodePeerEntry] { ordered(status.peers.filter { filter.accepts(name: $0.peer.peer) }) }

    var speakers: [SpeakerEntry] { ordered(status.speakers.filter { filter.accepts(name: $0.node) }) }

    var routes: [RouteEntry] {
        ordered(
            status.routes.filter { route in
                let isInNamespace =
                    filter.namespace == nil
                    || ResourceFilter(namespace: filter.namespace).accepts(route.services)
                return isInNamespace && filter.accepts(name: route.prefix)
            })
    }

    /// Of an object, or those that a node's process says.
    var problems: [NodeProblemEntry] {
        ordered(
            status.problems.filter { entry in
                let parts = (entry.problem.object ?? "").split(separator: "/").map(String.init)
                let isNamed = filter.name.map { name in
                    entry.problem.object == name || parts.last == name || entry.nodes.contains(name)
                }
                let isInNamespace = filter.namespace.map { parts.count == 3 && parts[1] == $0 }
                return isNamed ?? true && isInNamespace ?? true
            })
    }

    /// Whether something is wrong that keeps Martlet from doing what it should.
    package var hasError: Bool { problems.contains { $0.problem.severity == "error" } }

    /// Of a Service where the name is one's, or else of a peer or a node of that name.
    var events: [EventEntry] {
        let events = status.events.filter { event in filter.address.map(event.concerns) ?? true }
        guard !filter.isEmpty else { return ordered(events) }
        return ordered(
            events.filter { event in
                filter.accepts(event.services)
                    || filter.namespace == nil && [event.peer, event.node].contains(filter.name)
            })
    }

    private func ordered<Entry: JSONRepresentable>(_ list: [Entry]) -> [Entry] {
        order?.sorted(list) ?? list
    }
}

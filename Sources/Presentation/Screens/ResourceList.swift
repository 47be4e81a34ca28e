/// The answer of `martlet get`: one kind of thing, of one process or of all.
package struct ResourceList: Hashable, Sendable, Screen {
    package let resource: Resource
    package let status: ClusterStatus
    package let filter: ResourceFilter

    package init(resource: Resource, status: ClusterStatus, filter: ResourceFilter = ResourceFilter()) {
        self.resource = resource
        self.status = status
        self.filter = filter
    }

    /// An object with one member, named after the resource.
    package var json: JSONValue {
        let list: JSONValue =
            switch resource {
            case .pools: pools.json
            case .services: services.json
            case .announcements: announcements.json
            case .peers: peers.json
            case .speakers: speakers.json
            case .routes: routes.json
            case .events: events.json
            }
        return .object([JSONMember(name: resource.rawValue, value: list)])
    }

    package func lines(_ layout: Layout) -> [String] {
        let table =
            switch resource {
            case .pools: poolTable(layout)
            case .services: serviceTable(layout)
            case .announcements: announcementTable(layout)
            case .peers: peerTable(layout)
            case .speakers: speakerTable(layout)
            case .routes: routeTable(layout)
            case .events: events.table(layout, emptyMessage: "Nothing has happened.")
            }
        return table.lines(layout)
    }
}

// MARK: - What is asked for
extension ResourceList {
    var pools: [PoolEntry] { status.pools.filter { filter.accepts(name: $0.pool) } }

    var services: [ServiceEntry] { status.services.filter { filter.accepts(service: $0.assignment.service) } }

    var announcements: [AnnouncementEntry] { status.announcements.filter { filter.accepts(service: $0.service) } }

    var peers: [NodePeerEntry] { status.peers.filter { filter.accepts(name: $0.peer.peer) } }

    var speakers: [SpeakerEntry] { status.speakers.filter { filter.accepts(name: $0.node) } }

    var routes: [RouteEntry] {
        status.routes.filter { route in
            let isInNamespace =
                filter.namespace == nil || ResourceFilter(namespace: filter.namespace).accepts(route.services)
            return isInNamespace && filter.accepts(name: route.prefix)
        }
    }

    /// Of a Service where the name is one's, or else of a peer or a node of that name.
    var events: [EventEntry] {
        guard !filter.isEmpty else { return status.events }
        return status.events.filter { event in
            filter.accepts(event.services) || filter.namespace == nil && [event.peer, event.node].contains(filter.name)
        }
    }
}

/// The answer of `martlet get`: one kind of thing, of one process or of all.
package struct ResourceList: Hashable, Sendable, Screen {
    package let resource: Resource
    package let status: ClusterStatus

    package init(resource: Resource, status: ClusterStatus) {
        self.resource = resource
        self.status = status
    }

    /// An object with one member, named after the resource.
    package var json: JSONValue {
        let list: JSONValue =
            switch resource {
            case .pools: status.pools.json
            case .services: status.services.json
            case .announcements: status.announcements.json
            case .peers: status.peers.json
            case .speakers: status.speakers.json
            case .routes: status.routes.json
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
            }
        return table.lines(layout)
    }
}

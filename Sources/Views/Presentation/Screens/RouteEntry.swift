/// A route that a node advertises to a peer, and the Services it is for.
package struct RouteEntry: Hashable, Sendable, JSONRepresentable {
    /// What makes two announcements one route.
    struct Key: Hashable {
        let node: String
        let peer: String
        let prefix: String

        init(_ entry: AnnouncementEntry) {
            node = entry.node
            peer = entry.peer ?? ""
            prefix = entry.prefix ?? ""
        }
    }

    package let node: String
    package let peer: String
    package let prefix: String
    package let localPreference: UInt32?
    package let communities: [String]
    package let largeCommunities: [String]
    /// The state of the session that carries it; see ``AnnouncementEntry/session``.
    package let session: String?
    /// Each once, in their order.
    package let services: [String]

    /// - Parameter announcements: those of one route, at least one.
    init(_ announcements: [AnnouncementEntry]) {
        let key = Key(announcements[0])
        node = key.node
        peer = key.peer
        prefix = key.prefix
        localPreference = announcements[0].localPreference
        communities = announcements[0].communities
        largeCommunities = announcements[0].largeCommunities
        session = announcements[0].session
        services = announcements.map(\.service).grouped(by: { $0 }).map { $0[0] }
    }

    package var json: JSONValue {
        let members: JSONValue = [
            "node": node.json, "peer": peer.json, "prefix": prefix.json, "localPreference": localPreference.json,
            "communities": communities.json, "largeCommunities": largeCommunities.json, "services": services.json,
        ]
        return members.adding(["session": session.json])
    }
}

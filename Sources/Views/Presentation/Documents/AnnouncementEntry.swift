import Addresses
import Announcement
import BGP
import ClusterConfiguration
import KubernetesModel
import Timing

/// That a node announces an address by one protocol, as documents state it.
package struct AnnouncementEntry: Hashable, Sendable {
    package var service: String
    package var ip: String
    /// `layer2` or `bgp`.
    package var `protocol`: String
    package var node: String
    /// Layer 2: the interfaces; `nil` means every suitable one.
    package var interfaces: [String]?
    /// BGP: the rest.
    package var peer: String?
    package var prefix: String?
    package var localPreference: UInt32?
    package var communities: [String] = []
    package var largeCommunities: [String] = []
    /// MULTI_EXIT_DISC. An addition, as what follows.
    package var med: UInt32?
    /// How often our AS number is repeated in the path; `nil` for not at all.
    package var asPathPrepend: Int?
    /// Octets a second.
    package var linkBandwidth: Int?
    /// BGP: the state of the node's session with the peer, as RFC 4271 names it, or ``unreportedSession``; `nil` if no
    /// speaker was asked, as in a plan. Only an Established session carries the route. An addition.
    package var session: String?
    /// Since when the node has answered for the address, or the peer has been sent the route; `nil` where that is not known, or
    /// is not so. An addition.
    package var since: Timestamp?

    /// The ``session`` of which the node's speaker, which should hold it, reports nothing.
    package static let unreportedSession = "Unreported"

    package init(layer2 service: String, ip: String, node: String, interfaces: [String]?, since: Timestamp? = nil) {
        self.service = service
        self.ip = ip
        self.protocol = NotAnnounced.AnnouncementProtocol.layer2.rawValue
        self.node = node
        self.interfaces = interfaces
        self.since = since
    }

    package init(
        bgp service: String, ip: String, node: String, peer: String, prefix: String, localPreference: UInt32? = nil,
        communities: [String] = [], largeCommunities: [String] = [], since: Timestamp? = nil, session: String? = nil
    ) {
        self.session = session
        self.service = service
        self.ip = ip
        self.protocol = NotAnnounced.AnnouncementProtocol.bgp.rawValue
        self.node = node
        self.peer = peer
        self.prefix = prefix
        self.localPreference = localPreference
        self.communities = communities
        self.largeCommunities = largeCommunities
        self.since = since
    }

    package init(_ announcement: Layer2Announcement, since: Timestamp? = nil) {
        let interfaces: [String]? =
            switch announcement.interfaces {
            case .all: nil
            case .named(let names): names.sorted()
            }
        self.init(
            layer2: announcement.service.description, ip: announcement.address.description, node: announcement.node,
            interfaces: interfaces, since: since)
    }

    package init(_ announcement: BGPAnnouncement, since: Timestamp? = nil) {
        self.init(
            bgp: announcement.service.description, ip: announcement.address.description, node: announcement.node,
            peer: announcement.peer, prefix: announcement.prefix.description,
            localPreference: announcement.localPreference, communities: announcement.communities.map(\.description),
            largeCommunities: announcement.largeCommunities.map(\.description), since: since)
        let attributes = announcement.attributes
        med = attributes.multiExitDiscriminator
        asPathPrepend = attributes.prepending == 0 ? nil : Int(attributes.prepending)
        linkBandwidth = attributes.extendedCommunities.lazy.compactMap(\.linkBandwidth).first
            .flatMap { Int(exactly: $0.rounded()) }
    }

    package var isBGP: Bool { self.protocol == NotAnnounced.AnnouncementProtocol.bgp.rawValue }

    /// Whether the route is known not to reach the peer: its session is not up.
    package var isUnsent: Bool { isBGP && session != nil && session != PeerEntry.established && !isUnreported }

    /// Whether no speaker reports the session that should carry the route.
    package var isUnreported: Bool { isBGP && session == AnnouncementEntry.unreportedSession }

    /// Adds what is known of the session that is to carry the route.
    package mutating func note(_ peer: PeerEntry?, advertisedSince: Timestamp? = nil) {
        session = peer?.state ?? AnnouncementEntry.unreportedSession
        guard !isUnsent, !isUnreported, let begin = advertisedSince else { return }
        since = peer?.since.map { max($0, begin) } ?? begin
    }
}

extension AnnouncementEntry: Decodable {
    private enum CodingKeys: String, CodingKey {
        case service, ip, `protocol`, node, interfaces, peer, prefix, localPreference, communities, largeCommunities
        case med, asPathPrepend, linkBandwidth, session, since
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        service = try container.decode(String.self, forKey: .service)
        ip = try container.decode(String.self, forKey: .ip)
        self.protocol = try container.decode(String.self, forKey: .protocol)
        node = try container.decode(String.self, forKey: .node)
        interfaces = try container.decodeIfPresent([String].self, forKey: .interfaces)
        peer = try container.decodeIfPresent(String.self, forKey: .peer)
        prefix = try container.decodeIfPresent(String.self, forKey: .prefix)
        localPreference = try container.decodeIfPresent(UInt32.self, forKey: .localPreference)
        communities = try container.decodeIfPresent([String].self, forKey: .communities) ?? []
        largeCommunities = try container.decodeIfPresent([String].self, forKey: .largeCommunities) ?? []
        med = try container.decodeIfPresent(UInt32.self, forKey: .med)
        asPathPrepend = try container.decodeIfPresent(Int.self, forKey: .asPathPrepend)
        linkBandwidth = try container.decodeIfPresent(Int.self, forKey: .linkBandwidth)
        session = try container.decodeIfPresent(String.self, forKey: .session)
        since = try container.decodeIfPresent(Timestamp.self, forKey: .since)
    }
}

extension AnnouncementEntry: JSONRepresentable {
    package var json: JSONValue {
        guard isBGP else {
            let contract: JSONValue = [
                "service": service.json, "ip": ip.json, "protocol": self.protocol.json, "node": node.json,
                "interfaces": interfaces.json,
            ]
            return contract.adding(["since": since.json])
        }
        let contract: JSONValue = [
            "service": service.json, "ip": ip.json, "protocol": self.protocol.json, "node": node.json,
            "peer": peer.json, "prefix": prefix.json, "localPreference": localPreference.json,
            "communities": communities.json, "largeCommunities": largeCommunities.json,
        ]
        return contract.adding([
            "med": med.json, "asPathPrepend": asPathPrepend.json, "linkBandwidth": linkBandwidth.json,
            "session": session.json, "since": since.json,
        ])
    }
}

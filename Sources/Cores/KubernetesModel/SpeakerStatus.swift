/// The state of one speaker. Bounded: lists have at most ``limit`` entries, and counts say how many there are in all.
package struct SpeakerStatus: Codable, Hashable, Sendable {
    /// How many entries a list has at most.
    package static let limit = 100

    package struct Session: Codable, Hashable, Sendable {
        /// The BGPPeer's name.
        package var peer: String
        package var address: String?
        /// As RFC 4271 names it.
        package var state: String
        /// RFC 3339 text.
        package var since: String?
        package var prefixesSent: Int
        /// As RFC 5880 names it.
        package var bfd: String?
        package var lastError: String?

        package init(
            peer: String, address: String?, state: String, since: String?, prefixesSent: Int, bfd: String?,
            lastError: String?
        ) {
            self.peer = peer
            self.address = address
            self.state = state
            self.since = since
            self.prefixesSent = prefixesSent
            self.bfd = bfd
            self.lastError = lastError
        }
    }

    package struct Segment: Codable, Hashable, Sendable {
        package var interface: String
        /// The other reachable nodes there, sorted.
        package var members: [String]

        package init(interface: String, members: [String]) {
            self.interface = interface
            self.members = members
        }
    }

    /// An address that the node answers for at layer 2.
    package struct Address: Codable, Hashable, Sendable {
        package var service: String
        package var ip: String
        /// `nil`: every suitable one.
        package var interfaces: [String]?
        /// RFC 3339 text: since when the node answers for it; `nil` until it does.
        package var since: String?

        package init(service: String, ip: String, interfaces: [String]?, since: String? = nil) {
            self.since = since
            self.service = service
            self.ip = ip
            self.interfaces = interfaces
        }
    }

    package var version: String?
    /// RFC 3339 text: when the process began.
    package var started: String?
    package var sessions: [Session]?
    package var sessionCount: Int?
    package var establishedSessions: Int?
    package var segments: [Segment]?
    package var addresses: [Address]?
    package var addressCount: Int?
    /// Routes advertised to at least one router.
    package var routeCount: Int?
    package var conditions: [Condition]?

    package init() {}
}

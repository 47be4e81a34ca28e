import Timing

/// A process that announces.
package struct SpeakerEntry: Hashable, Sendable, JSONRepresentable {
    package let node: String
    package let role: String
    package let version: String
    package let started: Timestamp?
    /// Why it is not ready; empty when it is.
    package let notReady: [String]
    /// Addresses that it announces at layer 2.
    package let layer2Addresses: Int
    /// Routes that it advertises, to all peers together.
    package let bgpRoutes: Int
    package let sessions: Int
    package let establishedSessions: Int
    package let segments: [SegmentEntry]

    init(_ document: StatusDocument) {
        node = document.node ?? ""
        role = document.role
        version = document.version
        started = document.started
        notReady = document.notReady
        // A process also lists what it sees other nodes announce.
        let own = document.announcements.filter { !$0.isBGP && $0.node == document.node }
        layer2Addresses = document.addressCount ?? Set(own.map(\.ip)).count
        bgpRoutes = document.peers.reduce(0) { $0 + $1.prefixesSent }
        sessions = document.peers.count
        establishedSessions = document.peers.count { $0.isEstablished }
        segments = document.segments
    }

    package var json: JSONValue {
        [
            "node": node.json, "role": role.json, "version": version.json, "started": started.json,
            "notReady": notReady.json, "layer2Addresses": layer2Addresses.json, "bgpRoutes": bgpRoutes.json,
            "sessions": sessions.json, "establishedSessions": establishedSessions.json, "segments": segments.json,
        ]
    }
}

/// What one node's speaker does (martlet.dev/v1beta1): one object for each node, of its name, written by the speaker, and
/// owned by the Node.
package struct SpeakerReport: Codable, Hashable, Sendable {
    package var apiVersion: String?
    package var kind: String?
    package var metadata: ObjectMeta
    package var status: SpeakerStatus?

    /// The `reportingController` of the Events that speakers write.
    package static let eventReporter = "martlet.dev/speaker"

    package init(metadata: ObjectMeta, status: SpeakerStatus? = nil) {
        apiVersion = "martlet.dev/v1beta1"
        kind = "Speaker"
        self.metadata = metadata
        self.status = status
    }
}

extension SpeakerReport {
    /// Whether it belongs to a Node that is not among these: one that was deleted, or made again under its name. Kubernetes
    /// deletes the object soon.
    ///
    /// - Parameter uids: of the Nodes, by name.
    package func isOrphan(among uids: [String: String?]) -> Bool {
        let owners = (metadata.ownerReferences ?? []).filter { $0.kind == Node.kind }
        guard !owners.isEmpty else { return false }
        return !owners.contains { owner in
            guard let name = owner.name, let uid = uids[name] else { return false }
            return uid == nil || uid == owner.uid
        }
    }
}

extension SpeakerReport: KubernetesObject {
    package static var kind: String { "Speaker" }
}

/// The state of one speaker. Bounded: lists have at most ``limit`` entries, and counts say how many there are in all.
package struct SpeakerStatus: Codable, Hashable, Sendable {
    /// How many entries a list has at most.
    package static let limit = 100
    /// How long nothing is written if nothing changes; up to a quarter longer, at random.
    package static let heartbeat = Duration.seconds(30)
    /// The age from which a report does not count: two heartbeats are missing.
    package static let staleAfter = Duration.seconds(90)

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

    /// What is wrong on the node, or with the configuration as the speaker sees it.
    package struct Problem: Codable, Hashable, Sendable {
        /// `warning` or `error`.
        package var severity: String
        /// `KIND/NAMESPACE/NAME`; `nil`: the process or its host.
        package var object: String?
        package var field: String?
        package var message: String

        package init(severity: String, object: String?, field: String?, message: String) {
            self.severity = severity
            self.object = object
            self.field = field
            self.message = message
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
    package var problems: [Problem]?
    /// RFC 3339 text: when the process last wrote this; at least every ``heartbeat``, and a quarter of it.
    package var reported: String?
    package var conditions: [Condition]?

    package init() {}
}

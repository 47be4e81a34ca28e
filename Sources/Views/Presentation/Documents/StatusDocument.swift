import FoundationEssentials
import KubernetesAPI
import Timing

/// What a long-running process answers at `/v1/status`: all that it decided and all that it knows.
package struct StatusDocument: Hashable, Sendable {
    package var version: String
    /// `run`, `controller` or `speaker`.
    package var role: String
    /// `nil` for a controller.
    package var node: String?
    package var assignments: [AssignmentEntry] = []
    package var announcements: [AnnouncementEntry] = []
    package var peers: [PeerEntry] = []
    package var segments: [SegmentEntry] = []
    // Additions; a process that is older does not send them.
    package var silent: [NotAnnouncedEntry] = []
    package var problems: [ProblemEntry] = []
    package var pools: [PoolEntry] = []
    package var interfaces: [InterfaceEntry] = []
    /// How many addresses this node answers for at layer 2, where ``announcements`` do not list them all.
    package var addressCount: Int?
    /// Of a controller: who leads.
    package var leader: String?
    /// When the process began.
    package var started: Timestamp?
    /// Why the process is not ready, a sentence each; empty when it is.
    package var notReady: [String] = []
    /// Which cluster the process belongs to, as its packets say it; `nil` for a controller.
    package var cluster: String?

    package init(version: String, role: String, node: String?) {
        self.version = version
        self.role = role
        self.node = node
    }

    /// Reads what a process answered.
    package init(jsonText: [UInt8]) throws(DocumentError) {
        do {
            self = try JSONDecoder().decode(StatusDocument.self, from: Data(jsonText))
        } catch let error as DecodingError {
            throw DocumentError("not a status document: \(error.place)")
        } catch {
            throw DocumentError("not a status document: \(error)")
        }
    }
}

extension StatusDocument: Decodable {
    private enum CodingKeys: String, CodingKey {
        case version, role, node, assignments, announcements, peers, segments
        case silent, problems, pools, interfaces, started, notReady, leader, addressCount, cluster
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func list<Entry: Decodable>(_ key: CodingKeys) throws -> [Entry] {
            try container.decodeIfPresent([Entry].self, forKey: key) ?? []
        }
        version = try container.decode(String.self, forKey: .version)
        role = try container.decode(String.self, forKey: .role)
        node = try container.decodeIfPresent(String.self, forKey: .node)
        assignments = try list(.assignments)
        announcements = try list(.announcements)
        peers = try list(.peers)
        segments = try list(.segments)
        silent = try list(.silent)
        problems = try list(.problems)
        pools = try list(.pools)
        interfaces = try list(.interfaces)
        started = try container.decodeIfPresent(Timestamp.self, forKey: .started)
        notReady = try list(.notReady)
        leader = try container.decodeIfPresent(String.self, forKey: .leader)
        addressCount = try container.decodeIfPresent(Int.self, forKey: .addressCount)
        cluster = try container.decodeIfPresent(String.self, forKey: .cluster)
    }
}

extension StatusDocument: JSONRepresentable {
    package var json: JSONValue {
        let contract: JSONValue = [
            "version": version.json, "role": role.json, "node": node.json, "assignments": assignments.json,
            "announcements": announcements.json, "peers": peers.json, "segments": segments.json,
        ]
        return contract.adding([
            "silent": silent.json, "problems": problems.json, "pools": pools.json, "interfaces": interfaces.json,
            "started": started.json, "notReady": notReady.json, "leader": leader.json,
            "addressCount": addressCount.json,
            "cluster": cluster.json,
        ])
    }
}

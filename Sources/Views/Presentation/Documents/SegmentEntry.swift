import Timing

/// A layer 2 segment and the reachable speakers on it, as `/v1/status` states it.
package struct SegmentEntry: Hashable, Sendable, Decodable {
    package struct Member: Hashable, Sendable, Decodable {
        package var node: String
        package var address: String
        /// As RFC 5880 names it: `AdminDown`, `Down`, `Init`, `Up`.
        package var state: String
        package var since: Timestamp?

        package init(node: String, address: String, state: String, since: Timestamp?) {
            self.node = node
            self.address = address
            self.state = state
            self.since = since
        }
    }

    /// A speaker of another cluster: it is a stranger.
    package struct ForeignSpeaker: Hashable, Sendable, Decodable {
        /// Sixteen hexadecimal digits, as `cluster` of that cluster's own status.
        package var cluster: String
        /// The name of ours that has the same number, most likely its own as well; `nil`: none has.
        package var node: String?
        package var address: String
        package var mac: String

        package init(cluster: String, node: String?, address: String, mac: String) {
            self.cluster = cluster
            self.node = node
            self.address = address
            self.mac = mac
        }
    }

    package var interface: String
    package var members: [Member]
    /// Nodes whose ARP and NDP frames arrive, but not their liveness packets; `nil`: none. An
    /// addition.
    package var unheard: [String]?
    /// Speakers of other clusters on the segment; `nil`: none. An addition.
    package var foreign: [ForeignSpeaker]?

    package init(
        interface: String, members: [Member], unheard: [String] = [], foreign: [ForeignSpeaker] = []
    ) {
        self.interface = interface
        self.members = members
        self.unheard = unheard.isEmpty ? nil : unheard
        self.foreign = foreign.isEmpty ? nil : foreign
    }
}

extension SegmentEntry: JSONRepresentable {
    package var json: JSONValue {
        let contract: JSONValue = ["interface": interface.json, "members": members.json]
        return contract.adding(["unheard": unheard.json, "foreign": foreign.json])
    }
}

extension SegmentEntry.Member: JSONRepresentable {
    package var json: JSONValue {
        ["node": node.json, "address": address.json, "state": state.json, "since": since.json]
    }
}

extension SegmentEntry.ForeignSpeaker: JSONRepresentable {
    package var json: JSONValue {
        ["cluster": cluster.json, "node": node.json, "address": address.json, "mac": mac.json]
    }
}

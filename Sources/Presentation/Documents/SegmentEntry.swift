import Timing

/// A layer 2 segment and the speakers heard on it, as `/v1/status` states it.
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

    package var interface: String
    package var members: [Member]
    /// Nodes that show themselves by their ARP and NDP frames, though their liveness packets are not heard; `nil`: none. An
    /// addition.
    package var unheard: [String]?

    package init(interface: String, members: [Member], unheard: [String] = []) {
        self.interface = interface
        self.members = members
        self.unheard = unheard.isEmpty ? nil : unheard
    }
}

extension SegmentEntry: JSONRepresentable {
    package var json: JSONValue {
        let contract: JSONValue = ["interface": interface.json, "members": members.json]
        return contract.adding(["unheard": unheard.json])
    }
}

extension SegmentEntry.Member: JSONRepresentable {
    package var json: JSONValue {
        ["node": node.json, "address": address.json, "state": state.json, "since": since.json]
    }
}

/// A BGP session of one node.
package struct NodePeerEntry: Hashable, Sendable, JSONRepresentable {
    package let node: String
    package let peer: PeerEntry

    package init(node: String, peer: PeerEntry) {
        self.node = node
        self.peer = peer
    }

    package var json: JSONValue {
        guard case .object(let members) = peer.json else { return nil }
        return .object([JSONMember(name: "node", value: node.json)] + members)
    }
}

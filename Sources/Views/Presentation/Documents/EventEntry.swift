import Addresses
import KubernetesModel
import Timing

/// Something that a process did or noticed, as `/v1/events` states it: each change once, with its reason.
package struct EventEntry: Hashable, Sendable {
    /// What happened, a stable word each.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// A Service got an address.
        case assigned = "Assigned"
        /// A Service lost an address.
        case released = "Released"
        /// A Service waits for an address.
        case pending = "Pending"
        /// This node began to answer for an address.
        case claimed = "Claimed"
        /// This node stopped answering for an address.
        case yielded = "Yielded"
        /// A host that is not a speaker uses an address that is announced.
        case conflict = "Conflict"
        /// It uses it no longer.
        case conflictOver = "ConflictOver"
        /// This node began to advertise a route.
        case advertised = "Advertised"
        /// This node stopped advertising a route.
        case withdrawn = "Withdrawn"
        /// A BGP session became Established.
        case sessionUp = "SessionUp"
        /// A BGP session is no longer Established.
        case sessionDown = "SessionDown"
        /// The BFD session with a BGP peer came up.
        case bfdUp = "BFDUp"
        /// It is no longer up.
        case bfdDown = "BFDDown"
        /// Another speaker became reachable on a segment.
        case nodeHeard = "NodeHeard"
        /// It is not reachable there any more.
        case nodeLost = "NodeLost"
    }

    /// Counted from 1 in each process: a gap says that something in between was forgotten.
    package var number: UInt64 = 0
    package var time: Timestamp
    /// A ``Kind``; a process that is newer may know more.
    package var kind: String
    /// The node that saw it; `nil` for a controller.
    package var node: String?
    /// The Services concerned, `NAMESPACE/NAME`; several where they share an address.
    package var services: [String]
    package var ip: String?
    /// Of a route. An addition.
    package var prefix: String?
    package var interface: String?
    /// The BGPPeer's name.
    package var peer: String?
    /// A sentence for a person, with the reason.
    package var message: String

    package init(
        _ kind: Kind, at time: Timestamp, node: String?, services: [String] = [], ip: String? = nil,
        interface: String? = nil, peer: String? = nil, prefix: String? = nil, _ message: String
    ) {
        self.prefix = prefix
        self.kind = kind.rawValue
        self.time = time
        self.node = node
        self.services = services
        self.ip = ip
        self.interface = interface
        self.peer = peer
        self.message = message.bounded()
    }
}

extension EventEntry {
    /// Whether it is about an address: directly, as one of a route, or, where nothing but a sentence is known, as a word of
    /// that.
    package func concerns(_ address: IPAddress) -> Bool {
        if let ip { return (try? IPAddress(ip)) == address }
        if let prefix { return (try? IPPrefix(prefix))?.contains(address) == true }
        return message.split(whereSeparator: { " ,;()".contains($0) }).contains { word in
            var word = word
            while word.last == "." || word.last == ":" && !word.hasSuffix("::") { word.removeLast() }
            return (try? IPAddress(String(word))) == address
        }
    }
}

extension EventEntry: Decodable {
    private enum CodingKeys: String, CodingKey {
        case number, time, kind, node, services, ip, prefix, interface, peer, message
    }
}

extension EventEntry: JSONRepresentable {
    package var json: JSONValue {
        let always: JSONValue = [
            "number": number.json, "time": .string(time.microsecondDescription), "kind": kind.json,
            "node": node.json, "services": services.json, "message": message.json,
        ]
        return always.adding(["ip": ip.json, "prefix": prefix.json, "interface": interface.json, "peer": peer.json])
    }
}

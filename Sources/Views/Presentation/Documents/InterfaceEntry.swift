/// What happened on an interface at layer 2 since the process began, as `/v1/status` states it.
package struct InterfaceEntry: Hashable, Sendable, Decodable {
    /// Frames of one protocol.
    package struct Counters: Hashable, Sendable, Decodable {
        /// ARP requests, or neighbor solicitations, for an address that this node announces.
        package var requests: UInt64
        package var replies: UInt64
        /// Gratuitous ARP, or unsolicited neighbor advertisements.
        package var announcements: UInt64

        package init(requests: UInt64 = 0, replies: UInt64 = 0, announcements: UInt64 = 0) {
            self.requests = requests
            self.replies = replies
            self.announcements = announcements
        }
    }

    /// What this node does about the addresses that it could have here. An addition.
    package struct Claims: Hashable, Sendable, Decodable {
        /// Another node has the address, or is to have it.
        package var watching: Int
        /// The segment is being asked whether anybody has it.
        package var probing: Int
        package var holding: Int
        /// A host that is not a speaker has it.
        package var conflict: Int

        package init(watching: Int = 0, probing: Int = 0, holding: Int = 0, conflict: Int = 0) {
            self.watching = watching
            self.probing = probing
            self.holding = holding
            self.conflict = conflict
        }

        /// By the state's name.
        package var counts: [(state: String, count: Int)] {
            [("watching", watching), ("probing", probing), ("holding", holding), ("conflict", conflict)]
        }
    }

    /// Frames not acted on, for one reason.
    package struct Drops: Hashable, Sendable, Decodable {
        package var reason: String
        package var count: UInt64

        package init(reason: String, count: UInt64) {
            self.reason = reason
            self.count = count
        }
    }

    package var interface: String
    package var mac: String?
    package var isUp: Bool
    /// Addresses that this node announces here.
    package var addresses: Int
    package var arp: Counters
    package var ndp: Counters
    /// Sorted by reason.
    package var drops: [Drops]
    /// `nil` where nothing is claimed.
    package var claims: Claims?
    /// Times that something other than a speaker was found to use an address. An addition.
    package var conflicts: UInt64?
    /// Frames that the kernel dropped because its buffer was full. An addition.
    package var kernelDrops: UInt64?
    /// Claims in the name of nodes that did not have the address. An addition.
    package var forgedClaims: UInt64?
    /// Nodes that were taken for the owner of an address and did not answer for it. An addition.
    package var beliefsDropped: UInt64?

    /// Whether this interface has, or had, anything to do with an address. A node may have hundreds that do not: one for
    /// each pod.
    package var hasRole: Bool {
        addresses > 0 || claims != nil || arp != Counters() || ndp != Counters() || !drops.isEmpty
            || conflicts ?? 0 > 0 || kernelDrops ?? 0 > 0 || forgedClaims ?? 0 > 0 || beliefsDropped ?? 0 > 0
    }

    package init(
        interface: String, mac: String?, isUp: Bool, addresses: Int, arp: Counters = Counters(),
        ndp: Counters = Counters(), drops: [Drops] = [], claims: Claims? = nil, conflicts: UInt64? = nil,
        kernelDrops: UInt64? = nil, forgedClaims: UInt64? = nil, beliefsDropped: UInt64? = nil
    ) {
        self.interface = interface
        self.mac = mac
        self.isUp = isUp
        self.addresses = addresses
        self.arp = arp
        self.ndp = ndp
        self.drops = drops
        self.claims = claims
        self.conflicts = conflicts
        self.kernelDrops = kernelDrops
        self.forgedClaims = forgedClaims
        self.beliefsDropped = beliefsDropped
    }
}

extension InterfaceEntry: JSONRepresentable {
    package var json: JSONValue {
        let members: JSONValue = [
            "interface": interface.json, "mac": mac.json, "isUp": isUp.json, "addresses": addresses.json,
            "arp": arp.json, "ndp": ndp.json, "drops": drops.json,
        ]
        return members.adding([
            "claims": claims.json, "conflicts": conflicts.json, "kernelDrops": kernelDrops.json,
            "forgedClaims": forgedClaims.json, "beliefsDropped": beliefsDropped.json,
        ])
    }
}

extension InterfaceEntry.Claims: JSONRepresentable {
    package var json: JSONValue {
        [
            "watching": watching.json, "probing": probing.json, "holding": holding.json, "conflict": conflict.json,
        ]
    }
}

extension InterfaceEntry.Counters: JSONRepresentable {
    package var json: JSONValue {
        ["requests": requests.json, "replies": replies.json, "announcements": announcements.json]
    }
}

extension InterfaceEntry.Drops: JSONRepresentable {
    package var json: JSONValue { ["reason": reason.json, "count": count.json] }
}

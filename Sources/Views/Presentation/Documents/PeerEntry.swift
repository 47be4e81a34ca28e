import Timing

/// A BGP session, as `/v1/status` states it.
package struct PeerEntry: Hashable, Sendable, Decodable {
    /// The BGPPeer's name.
    package var peer: String
    /// `nil` while the router of an unnumbered session is not known.
    package var address: String?
    /// As RFC 4271 names it: `Idle`, `Connect`, `Active`, `OpenSent`, `OpenConfirm`, `Established`.
    package var state: String
    /// When the session came into this state.
    package var since: Timestamp?
    package var prefixesSent: Int
    /// As RFC 5880 names it: `AdminDown`, `Down`, `Init`, `Up`; `nil` without BFD.
    package var bfd: String?
    /// Why the session last ended or could not begin, in words.
    package var lastError: String?
    /// Additions: the router's AS and identifier, the hold time agreed on in seconds, how often the session was lost.
    package var asn: UInt32?
    package var routerID: String?
    package var holdTime: Int?
    package var flaps: Int?
    /// Additions: BGP messages since the process began.
    package var messagesSent: Messages?
    package var messagesReceived: Messages?
    /// Addition: more of the BFD session.
    package var bfdSession: BFDSessionEntry?

    /// Messages by type.
    package struct Messages: Hashable, Sendable, Decodable {
        package var open: Int
        package var update: Int
        package var notification: Int
        package var keepalive: Int
        package var routeRefresh: Int

        package init(open: Int, update: Int, notification: Int, keepalive: Int, routeRefresh: Int) {
            self.open = open
            self.update = update
            self.notification = notification
            self.keepalive = keepalive
            self.routeRefresh = routeRefresh
        }
    }

    package init(
        peer: String, address: String?, state: String, since: Timestamp?, prefixesSent: Int, bfd: String? = nil,
        lastError: String? = nil, asn: UInt32? = nil, routerID: String? = nil, holdTime: Int? = nil, flaps: Int? = nil,
        messagesSent: Messages? = nil, messagesReceived: Messages? = nil,
        bfdSession: BFDSessionEntry? = nil
    ) {
        self.peer = peer
        self.address = address
        self.state = state
        self.since = since
        self.prefixesSent = prefixesSent
        self.bfd = bfd
        self.lastError = lastError
        self.asn = asn
        self.routerID = routerID
        self.holdTime = holdTime
        self.flaps = flaps
        self.messagesSent = messagesSent
        self.messagesReceived = messagesReceived
        self.bfdSession = bfdSession
    }

    static let established = "Established"

    package var isEstablished: Bool { state == PeerEntry.established }
}

extension PeerEntry: JSONRepresentable {
    package var json: JSONValue {
        let contract: JSONValue = [
            "peer": peer.json, "address": address.json, "state": state.json, "since": since.json,
            "prefixesSent": prefixesSent.json, "bfd": bfd.json, "lastError": lastError.json,
        ]
        return contract.adding([
            "asn": asn.json, "routerID": routerID.json, "holdTime": holdTime.json, "flaps": flaps.json,
            "messagesSent": messagesSent.json, "messagesReceived": messagesReceived.json,
            "bfdSession": bfdSession.json,
        ])
    }
}

extension PeerEntry.Messages: JSONRepresentable {
    package var json: JSONValue {
        [
            "open": open.json, "update": update.json, "notification": notification.json, "keepalive": keepalive.json,
            "routeRefresh": routeRefresh.json,
        ]
    }
}

import Addresses
import BGP
import Timing

/// The state of a session with a peer.
package struct BGPPeerStatus: Hashable, Sendable {
    package let name: String
    package let address: IPAddress
    package let zone: String?
    package let state: SessionState
    /// When it came into this state.
    package let since: Timestamp
    /// How many prefixes the peer has.
    package let prefixesSent: Int
    /// Why the session last failed, in words.
    package let lastError: String?
    package let statistics: SessionStatistics
    /// What was agreed with the peer, while Established.
    package let negotiated: NegotiatedSession?
    package let description: String?
    /// `nil` without BFD.
    package let bfd: BFDPeerStatus?

    package init(
        name: String, address: IPAddress, zone: String?, state: SessionState, since: Timestamp, prefixesSent: Int,
        lastError: String?, statistics: SessionStatistics, negotiated: NegotiatedSession?, description: String?,
        bfd: BFDPeerStatus?
    ) {
        self.name = name
        self.address = address
        self.zone = zone
        self.state = state
        self.since = since
        self.prefixesSent = prefixesSent
        self.lastError = lastError
        self.statistics = statistics
        self.negotiated = negotiated
        self.description = description
        self.bfd = bfd
    }

    /// What is to be said of a router that has not answered yet, for a while, where nothing has failed so far; else `nil`.
    ///
    /// A router whose TCP-MD5 key is another drops what comes, so an attempt takes as long as it may.
    package static func silence(
        in state: SessionState, since: Timestamp, now: Timestamp, hasPassword: Bool
    ) -> String? {
        guard state == .connect, now.duration(since: since) >= patience else { return nil }
        let hint = hasPassword ? "; a router with a different password, or none, does not answer" : ""
        return "connecting since \(since), no answer\(hint)"
    }

    /// An answer takes less than this, even where the first packet was lost.
    private static let patience = Duration.seconds(2)
}

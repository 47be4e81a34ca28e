import Addresses
import BGP
import Timing

/// How a session with a peer stands.
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
}

/// The BFD session with a peer has changed its state, or what is known of the peer's.
package struct BFDChange: Hashable, Sendable {
    package let peer: String
    package let status: BFDPeerStatus
    /// The session was Up, and the path has failed: it is neither of both that wanted the session to end.
    package let isFailure: Bool

    package init(peer: String, status: BFDPeerStatus, isFailure: Bool) {
        self.peer = peer
        self.status = status
        self.isFailure = isFailure
    }
}

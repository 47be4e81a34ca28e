import BFD
import Timing

/// What the BFD engine knows at one moment.
package struct BFDSnapshot: Hashable, Sendable {
    package struct Session: Hashable, Sendable {
        package var status: BFDPeerStatus
        /// Between our packets, before jitter.
        package var transmitInterval: Duration
        /// The detection time; zero until the peer's first packet.
        package var detectionTime: Duration
        /// How often the session was Up and ended because the path failed.
        package var failures: UInt64
        package var packetsSent: UInt64
        package var packetsReceived: UInt64
        package var sendFailures: UInt64
        /// Packets received for the session that were not used.
        package var drops: [DropReason: UInt64]
        /// Why nothing can be sent or received.
        package var problem: String?
    }

    /// By the peer's name.
    package var sessions: [String: Session] = [:]
    /// Packets received that were for no session, or could not be read.
    package var strayDrops: [DropReason: UInt64] = [:]
    /// When this was so, on ``UptimeClock``.
    package var moment = Instant.zero

    package init() {}
}

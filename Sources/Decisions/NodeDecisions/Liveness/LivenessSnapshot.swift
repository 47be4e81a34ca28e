import Addresses
import BFD
import Timing

/// What the liveness engine knows at one moment.
package struct LivenessSnapshot: Hashable, Sendable {
    package struct Segment: Hashable, Sendable {
        package var interface: String
        package var interfaceIndex: Int32
        /// The nodes ever reachable there that are still configured, by name; without this one.
        package var members: [SegmentMember]
        /// Whether it was listened for a whole detection time.
        package var isSettled: Bool
        /// The families that this node sends over there.
        package var sendingFamilies: [AddressFamily]
        /// Between this node's packets, before jitter.
        package var interval: Duration
        /// Why nothing can be sent or received over a family.
        package var problems: [AddressFamily: String]
        package var packetsSent: UInt64
        package var packetsReceived: UInt64
        package var sendFailures: UInt64
        /// Packets received that were not used.
        package var drops: [DropReason: UInt64]
        /// Speakers of other clusters on the segment.
        package var foreignSpeakers: [ForeignSpeaker] = []
        /// Other hosts that send as this node.
        package var twins: [SegmentTwin] = []
        /// The nodes whose packets arrive but are not believed.
        package var distrusted: [String: Distrust] = [:]
    }

    /// By interface index.
    package var segments: [Segment] = []
    /// When this was so, on ``UptimeClock``: with ``SegmentMember/since`` it tells for how long.
    package var moment = Instant.zero
    package var isSettled = false

    package init() {}

    /// The nodes up on an interface; `nil` where the interface is not watched.
    package func upNodes(onInterface name: String) -> Set<String>? {
        segments.first { $0.interface == name }.map { Set($0.members.filter(\.isUp).map(\.node)) }
    }
}

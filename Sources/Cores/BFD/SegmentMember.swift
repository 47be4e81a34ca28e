import Addresses
import Timing

/// Another node, as seen on one segment.
package struct SegmentMember: Hashable, Sendable {
    package let node: String
    /// Its current or latest address; IPv4 if it is reachable over both families.
    package var address: IPAddress
    /// Up if it is reachable over either family; AdminDown if it has left; else Down.
    package var state: SessionState
    /// When it came to this state.
    package var since: Instant
    /// Why it left Up.
    package var diagnostic: Diagnostic
    /// The hardware addresses in its packets; empty while it is down, and of the previous version, which
    /// says none.
    package var hardwareAddresses: Set<MACAddress>
    /// Whether it counts as gone because it came and went too often; see ``MemberDamping``.
    package var isDamped = false
    /// Whether more than one living process says that it is this node, each at a hardware address of its own.
    package var hasTwin = false

    package init(
        node: String, address: IPAddress, state: SessionState, since: Instant, diagnostic: Diagnostic = .none,
        hardwareAddresses: Set<MACAddress> = []
    ) {
        self.node = node
        self.address = address
        self.state = state
        self.since = since
        self.diagnostic = diagnostic
        self.hardwareAddresses = hardwareAddresses
    }

    package var isUp: Bool { state == .up }
}

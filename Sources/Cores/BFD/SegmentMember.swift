import Addresses
import Timing

/// Another node, as heard on one segment.
package struct SegmentMember: Hashable, Sendable {
    package let node: String
    /// Where it is heard from, or was last; IPv4 where it is heard over both families.
    package var address: IPAddress
    /// Up if it is heard over either family; AdminDown if it said that it leaves; else Down.
    package var state: SessionState
    /// When it came to this state.
    package var since: Instant
    /// Why it left Up.
    package var diagnostic: Diagnostic
    /// The hardware addresses that it says it is heard from; empty while it is not heard, and of the previous version, which
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

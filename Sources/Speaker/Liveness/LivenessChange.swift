import Addresses
import BFD
import Timing

/// A node came up or went away on a segment, or is heard from another address there.
package struct LivenessChange: Hashable, Sendable {
    package let interface: String
    package let interfaceIndex: Int32
    package let node: String
    /// Whether the node is heard there.
    package var isUp: Bool { state == .up }
    /// Up; AdminDown if the node said that it leaves; Down if it fell silent.
    package let state: SessionState
    /// When it came to this state, on ``UptimeClock``.
    package let since: Instant
    /// Where it is heard from, or was last.
    package let address: IPAddress
}

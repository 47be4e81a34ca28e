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
    /// The hardware addresses that it is heard from; empty while it is not, or where it does not say them, as the previous
    /// version does not.
    package let hardwareAddresses: Set<MACAddress>

    package init(
        interface: String, interfaceIndex: Int32, node: String, state: SessionState, since: Instant,
        address: IPAddress, hardwareAddresses: Set<MACAddress> = []
    ) {
        self.interface = interface
        self.interfaceIndex = interfaceIndex
        self.node = node
        self.state = state
        self.since = since
        self.address = address
        self.hardwareAddresses = hardwareAddresses
    }
}

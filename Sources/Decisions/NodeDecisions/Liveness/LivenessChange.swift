import Addresses
import BFD
import Timing

/// A node came up or went down on a segment, or has another address there.
package struct LivenessChange: Hashable, Sendable {
    package let interface: String
    package let interfaceIndex: Int32
    package let node: String
    /// Whether the node is reachable there.
    package var isUp: Bool { state == .up }
    /// Up; AdminDown if the node has left; Down if it stopped responding.
    package let state: SessionState
    /// When it came to this state, on ``UptimeClock``.
    package let since: Instant
    /// Its current or latest address.
    package let address: IPAddress
    /// The hardware addresses of its packets; empty while it is down, or if it does not send them, as the previous
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

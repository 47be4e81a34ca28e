import Addresses
import ClusterConfiguration

/// What is to be different about the addresses that this node announces on its segments.
package enum Layer2Change: Hashable, Sendable {
    /// Answer for the address, and announce it, on these interfaces, as far as they are suitable; instead of on those
    /// named before, if it was announced already.
    case announce(IPAddress, on: InterfaceSelection)
    case withdraw(IPAddress)
}

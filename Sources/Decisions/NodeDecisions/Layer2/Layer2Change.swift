import Addresses
import LinkLayer

/// What is to be different about this node's part on its segments.
package enum Layer2Change: Hashable, Sendable {
    /// What is wanted of this node with regard to the address, by the name of the interface: there as far as it is suitable,
    /// and on no other.
    case assign(IPAddress, [String: ClaimRole])
    /// These interfaces are listened on, whether anything is announced there or not.
    case watch(Set<String>)
    /// This node's number among the speakers, and those of all others.
    case speakers(own: UInt32, others: Set<UInt32>)
    /// The speakers that liveness reaches on an interface, and the hardware addresses of their packets. A speaker of the
    /// previous version does not say its own: the set is empty.
    case heard([UInt32: Set<MACAddress>], on: String)
    /// This node leaves: what it has it answers for until others have claimed it, or for a while.
    case leave
}

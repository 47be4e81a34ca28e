import Addresses
import Interfaces
import LinkLayer

/// What is reported to a person, once each.
package enum Layer2Event: Hashable, Sendable {
    /// Frames on the interface are answered from now on, with this MAC address.
    case answering(interface: String, hardwareAddress: MACAddress)
    /// They are no more: what came in the way, or nothing if nothing is announced there.
    case silent(interface: String, InterfaceObstacle?)
    /// The interface went away.
    case interfaceRemoved(String)
    case renamed(from: String, to: String)
    case hardwareAddressChanged(interface: String, MACAddress)
    /// The capture could not be opened, or broke; tried again after the delay.
    case captureFailed(interface: String, message: String, retryAfter: Duration)
    /// A solicited-node group could not be joined: switches that snoop MLD will keep solicitations from this node.
    case joinFailed(interface: String, message: String)
    /// A host that is not a speaker of this cluster has an address that this node should have.
    case conflict(IPAddress, with: ClaimStranger, interface: String)
    case conflictOver(IPAddress, interface: String)
    /// A frame claimed the address in the name of a speaker that does not have it, or from elsewhere.
    case forged(IPAddress, by: Witness, interface: String)
    /// A speaker that was taken for the holder of the address does not answer for it.
    case beliefDropped(IPAddress, of: Witness, interface: String)
    /// The kernel has the announced address on an interface and answers for it too.
    case configuredLocally(IPAddress, interface: String)
    /// The thread waited for a processor, and has real-time priority for a while now.
    case wokenLate(after: Duration, raisedFor: Duration)
    /// The thread runs without real-time priority; the text says why.
    case notRealtime(String)
    /// The thread cannot go on; layer 2 stopped, no request is answered.
    case stopped(String)
}

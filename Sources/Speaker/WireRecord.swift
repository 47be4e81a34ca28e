import Addresses
import Timing

/// What the wire has shown that is of interest to a person, and to the decisions.
package struct WireRecord: Hashable, Sendable {
    /// By address, the interfaces on which this node answers for it.
    package internal(set) var held: [IPAddress: Set<String>] = [:]
    /// By address and interface, the stranger that has it.
    package internal(set) var strangers: [IPAddress: [String: MACAddress]] = [:]
    /// By interface, the nodes that claimed an address and did not hear that this node has it, with when they did last.
    package internal(set) var deaf: [String: [String: Instant]] = [:]

    package init() {}
}

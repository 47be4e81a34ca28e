import Addresses
import LinkLayer
import Timing

/// What the wire has shown that is of interest to a person, and to the decisions.
package struct WireRecord: Hashable, Sendable {
    /// By address, the interfaces on which this node answers for it.
    package internal(set) var held: [IPAddress: Set<String>] = [:]
    /// By address and interface, the stranger that has it.
    package internal(set) var strangers: [IPAddress: [String: ClaimStranger]] = [:]
    /// By interface, the nodes that claimed an address and did not receive this node's claim, with the latest time.
    package internal(set) var deaf: [String: [String: Instant]] = [:]

    /// Frames in the name of a node that claimed what it does not have, by interface and node: what was last seen.
    package internal(set) var forged: [String: [String: Doubt]] = [:]
    /// Nodes that were taken for the owner of an address and do not answer for it, by interface and node.
    package internal(set) var dropped: [String: [String: Doubt]] = [:]

    package struct Doubt: Hashable, Sendable {
        package var address: IPAddress
        package var hardwareAddress: MACAddress
        package var moment: Instant
    }

    package init() {}
}

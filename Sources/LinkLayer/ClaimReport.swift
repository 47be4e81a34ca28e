import Addresses

/// What the wire has shown about one address, for those who decide.
package enum ClaimReport: Hashable, Sendable {
    case holder(ClaimHolder)
    /// A host that is no speaker has the address; `nil`: not any more.
    case stranger(MACAddress?)
    /// This speaker claims the address, and does not hear that this node has the better claim.
    case deaf(UInt32)
}

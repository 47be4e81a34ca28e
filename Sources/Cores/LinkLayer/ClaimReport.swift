import Addresses

/// What the wire has shown about one address, for those who decide.
package enum ClaimReport: Hashable, Sendable {
    case holder(ClaimHolder)
    /// A host that is not a speaker of this cluster has the address; `nil`: not any more.
    case stranger(ClaimStranger?)
    /// This speaker claims the address, and does not receive this node's better claim.
    case deaf(UInt32)
    /// A frame claimed the address in the name of a speaker that does not have it.
    case forged(Witness)
    /// A speaker that was taken for the holder does not answer, or says that it is not.
    case beliefDropped(Witness)
}

import Addresses
import LinkLayer

/// What the wire has shown, for those who decide.
package enum Layer2Report: Hashable, Sendable {
    /// Who has the address on the interface, or has it no longer.
    case holder(ClaimHolder, of: IPAddress, on: String)
    /// A host that is not a speaker of this cluster has the address; `nil`: not any more.
    case stranger(ClaimStranger?, of: IPAddress, on: String)
    /// This speaker claims the address and does not receive this node's claim.
    case deaf(UInt32, of: IPAddress, on: String)
    /// The frames of these speakers arrive on the interface, but liveness does not reach them there.
    case present(Set<UInt32>, on: String)
    /// Frames claimed the address in the name of a speaker that does not have it, or is elsewhere.
    case forged(Witness, of: IPAddress, on: String)
    /// A speaker that was taken for the holder is not, or does not answer.
    case beliefDropped(Witness, of: IPAddress, on: String)
    /// All speakers on the interface have begun at about the same time.
    case coldStart(on: String)

    init(_ report: ClaimReport, of address: IPAddress, on interface: String) {
        self =
            switch report {
            case .holder(let holder): .holder(holder, of: address, on: interface)
            case .stranger(let stranger): .stranger(stranger, of: address, on: interface)
            case .forged(let witness): .forged(witness, of: address, on: interface)
            case .beliefDropped(let witness): .beliefDropped(witness, of: address, on: interface)
            case .deaf(let speaker): .deaf(speaker, of: address, on: interface)
            }
    }
}

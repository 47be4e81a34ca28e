import Addresses
import WireIdentity

/// What a process keeps of a segment that it no longer listens to, for the next one: an interface that goes and comes back
/// makes nothing new that was received before.
package struct SegmentMemory: Hashable, Sendable {
    struct Sender: Hashable, Sendable {
        let discriminator: UInt32
        let hardwareAddress: MACAddress
        let family: AddressFamily
    }

    /// Of signed packets alone: only who has the key can add to it.
    var guards: [Sender: ReplayGuard] = [:]
    /// Who has signed a trailer.
    var signers: Set<UInt32> = []
    /// Above all numbers that this process has sent with.
    var lastNumber: UInt64 = 0

    package init() {}

    /// Of a process that has sent nothing yet.
    package init(_ credentials: SpeakerCredentials) { lastNumber = credentials.firstNumber }

    package mutating func merge(_ other: SegmentMemory) {
        for (sender, guarded) in other.guards { guards[sender, default: ReplayGuard()].merge(guarded) }
        signers.formUnion(other.signers)
        lastNumber = max(lastNumber, other.lastNumber)
    }
}

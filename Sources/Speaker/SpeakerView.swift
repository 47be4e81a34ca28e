import Addresses
import BGP
import Timing

/// What can be asked of ``SpeakerService``: a copy of what it has decided, and since when.
package struct SpeakerView: Sendable {
    package var core: SpeakerCore
    /// When this node began to answer for an address.
    package var announcedSince: [IPAddress: Timestamp] = [:]
    /// When this node began to advertise a prefix.
    package var advertisedSince: [IPPrefix: Timestamp] = [:]

    /// Takes note of what is about to happen.
    mutating func note(_ action: SpeakerCore.Action, at now: Timestamp) {
        guard case .advertise(let changes) = action else { return }
        for change in changes {
            let isAdvertised = !change.advertisements.isEmpty
            advertisedSince[change.prefix] = isAdvertised ? advertisedSince[change.prefix] ?? now : nil
        }
    }

    /// Takes note of the addresses that are answered for now. Returns how many came and went since it was last asked.
    mutating func noteHeld(at now: Timestamp) -> (gained: Int, lost: Int) {
        var (gained, lost) = (0, 0)
        for address in core.takeHeldChanges() {
            let isHeld = core.wire.held[address] != nil
            guard isHeld != (announcedSince[address] != nil) else { continue }
            announcedSince[address] = isHeld ? now : nil
            if isHeld { gained += 1 } else { lost += 1 }
        }
        return (gained, lost)
    }
}

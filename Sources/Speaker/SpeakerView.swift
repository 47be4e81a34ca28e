import Addresses
import Announcement
import BGP
import KubernetesModel
import Timing

/// What can be asked of ``SpeakerService``: a copy of what it has decided, and since when.
package struct SpeakerView: Sendable {
    package var core: SpeakerCore
    /// Grows with all that happens: two views of one number are the same.
    var revision: UInt64 = 0
    /// When this node began to answer for an address.
    package var announcedSince: [IPAddress: Timestamp] = [:]
    /// When this node began to advertise a prefix.
    package var advertisedSince: [IPPrefix: Timestamp] = [:]
    /// The Services of the addresses that this node answers for, as they were when it began to.
    private var services: [IPAddress: [NamespacedName]] = [:]

    package init(core: SpeakerCore) { self.core = core }

    /// Takes note of what is about to happen.
    mutating func note(_ action: SpeakerCore.Action, at now: Timestamp) {
        guard case .advertise(let changes) = action else { return }
        for change in changes {
            let isAdvertised = !change.advertisements.isEmpty
            advertisedSince[change.prefix] = isAdvertised ? advertisedSince[change.prefix] ?? now : nil
        }
    }

    /// Takes note of the addresses that are answered for now. Returns those that came and went since it was last asked.
    mutating func noteHeld(at now: Timestamp) -> [HeldChange] {
        var changes: [HeldChange] = []
        for address in core.takeHeldChanges().sorted() {
            let isHeld = core.wire.held[address] != nil
            guard isHeld != (announcedSince[address] != nil) else { continue }
            announcedSince[address] = isHeld ? now : nil
            let owners = core.engine.services(at: address)
            let former = services.removeValue(forKey: address) ?? []
            if isHeld { services[address] = owners }
            changes.append(
                HeldChange(address: address, isHeld: isHeld, services: owners.isEmpty ? former : owners))
        }
        return changes
    }
}

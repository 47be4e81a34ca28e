import Addresses
import Announcement
import BGP
import KubernetesModel
import Presentation
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

    /// What a plan announces, with what is known of how it stands: since when this node answers for its own, and how the sessions
    /// are that carry its routes.
    func entries(of plan: AnnouncementPlan, _ peers: [PeerEntry]) -> [AnnouncementEntry] {
        let sessions = Dictionary(peers.map { ($0.peer, $0) }) { first, _ in first }
        return plan.layer2.map { announcement in
            AnnouncementEntry(
                announcement, since: announcement.node == core.node ? announcedSince[announcement.address] : nil)
        }
            + plan.bgp.map { announcement in
                var entry = AnnouncementEntry(announcement)
                guard announcement.node == core.node else { return entry }
                entry.note(sessions[announcement.peer], advertisedSince: advertisedSince[announcement.prefix])
                return entry
            }
    }

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

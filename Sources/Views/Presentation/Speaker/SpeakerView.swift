import Addresses
import Announcement
import BGP
import KubernetesModel
import NodeDecisions
import Timing

/// What can be asked of ``SpeakerService``: a copy of what it has decided, and since when.
package struct SpeakerView: Sendable {
    package var core: SpeakerCore
    /// Grows with all that happens: two views of one number are the same.
    package var revision: UInt64 = 0
    /// When this node began to answer for an address.
    package var announcedSince: [IPAddress: Timestamp] = [:]
    /// When this node began to advertise a prefix.
    package var advertisedSince: [IPPrefix: Timestamp] = [:]
    /// The routes that this node advertises: to which peers, and for which Services, where the prefix is one address.
    private var routes: [IPPrefix: (peers: Set<String>, services: [NamespacedName])] = [:]
    /// The Services of the addresses that this node answers for, as they were when it began to.
    private var services: [IPAddress: [NamespacedName]] = [:]

    package init(core: SpeakerCore) { self.core = core }

    /// What a plan announces, with its current state: since when this node answers for its own, and how the sessions
    /// are that carry its routes.
    package func entries(of plan: AnnouncementPlan, _ peers: [PeerEntry]) -> [AnnouncementEntry] {
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

    /// Takes note of what is about to happen. Returns the routes that come and go.
    package mutating func note(_ action: SpeakerCore.Action, at now: Timestamp) -> [AdvertisedChange] {
        guard case .advertise(let changes) = action else { return [] }
        return changes.compactMap { change in
            let prefix = change.prefix
            let peers = change.advertisements.reduce(into: Set<String>()) { $0.formUnion($1.peers) }
            let former = routes.removeValue(forKey: prefix)
            let address = prefix.length == prefix.family.bitWidth ? prefix.address : nil
            let owners = address.map(core.engine.services) ?? []
            let services = owners.isEmpty ? former?.services ?? [] : owners
            advertisedSince[prefix] = peers.isEmpty ? nil : advertisedSince[prefix] ?? now
            if !peers.isEmpty { routes[prefix] = (peers, services) }
            let gained = peers.subtracting(former?.peers ?? [])
            let lost = (former?.peers ?? []).subtracting(peers)
            guard !gained.isEmpty || !lost.isEmpty else { return nil }
            return AdvertisedChange(prefix: prefix, gained: gained, lost: lost, services: services)
        }
    }

    /// Takes note of the addresses that are answered for now. Returns those that came and went since it was last asked.
    package mutating func noteHeld(at now: Timestamp) -> [HeldChange] {
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

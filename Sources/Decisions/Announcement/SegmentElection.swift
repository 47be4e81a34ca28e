import Addresses

/// Who owns which address on one segment.
///
/// The answer depends on the addresses with their eligibility, on the reachable nodes, and on the holders; not on the
/// order in which all this became known.
struct SegmentElection: Hashable, Sendable {
    /// The addresses of one eligibility.
    private struct Group: Hashable, Sendable {
        var addresses: Set<IPAddress> = []
        /// `nil` if no eligible node is reachable.
        var election: BalancedElection?
        /// Addresses that stay with a holder outside the electorate (of lower weight, without preemption).
        var retained: [IPAddress: Int] = [:]
        /// The eligible nodes that are reachable.
        var heard = NodeSet()
    }

    /// The local interface on the segment; `nil` for the one segment that all nodes share.
    let interface: String?
    /// By place, what the election knows each node by.
    private let hashes: [UInt64]
    private(set) var members: NodeSet
    private var groups: [Eligibility: Group] = [:]
    private var eligibilities: [IPAddress: Eligibility] = [:]
    private var holders: [IPAddress: Int] = [:]
    private var unsettled: Set<Eligibility> = []
    /// Addresses that changed hands since ``settle()`` by other means than an election.
    private var changed: Set<IPAddress> = []

    init(interface: String?, members: NodeSet, hashes: [UInt64]) {
        self.interface = interface
        self.members = members
        self.hashes = hashes
    }

    func owner(of address: IPAddress) -> Int? {
        guard let eligibility = eligibilities[address], let group = groups[eligibility] else { return nil }
        return group.retained[address] ?? group.election?.owner(of: address)
    }

    /// The node that is known to hold the address, if it is reachable.
    func livingHolder(of address: IPAddress) -> Int? { holders[address].flatMap { members.contains($0) ? $0 : nil } }

    /// What a node is to do about the address; `nil` if no node is to own it.
    func role(of address: IPAddress, node: Int) -> IndexedRole? {
        guard let eligibility = eligibilities[address], let owner = owner(of: address) else { return nil }
        let tier = eligibility.tiers.first { $0.nodes.contains(node) }
        if owner == node {
            let holder = livingHolder(of: address)
            return IndexedRole(isOwner: true, tier: tier, over: holder == node ? nil : holder, mayStandIn: true)
        }
        // Who holds it and still may goes on until the owner takes it, however late that learns of it.
        let keeps = tier != nil && livingHolder(of: address) == node
        return IndexedRole(
            isOwner: false, tier: tier, over: nil,
            mayStandIn: keeps || eligibility.isOfBestStanding(node, among: members))
    }

    /// Sets which nodes may own the address; `nil`: none, or the address is gone.
    mutating func set(_ eligibility: Eligibility?, of address: IPAddress) {
        let former = eligibilities[address]
        guard former != eligibility else { return }
        changed.insert(address)
        if let former {
            groups[former]?.addresses.remove(address)
            groups[former]?.retained[address] = nil
            groups[former]?.election?.remove(address)
            unsettled.insert(former)
        }
        guard let eligibility else {
            eligibilities[address] = nil
            return
        }
        if groups[eligibility] == nil { groups[eligibility] = makeGroup(eligibility) }
        groups[eligibility]?.addresses.insert(address)
        // The group's own, not one that is equal: it is large, and the same for thousands of addresses.
        eligibilities[address] = groups.index(forKey: eligibility).map { groups[$0].key }
        enter(address, eligibility)
    }

    /// Sets which nodes are reachable on the segment.
    mutating func setMembers(_ members: NodeSet) {
        guard members != self.members else { return }
        self.members = members
        for (eligibility, group) in groups {
            var fresh = makeGroup(eligibility)
            guard fresh.heard != group.heard else { continue }
            // With the same electorate, nothing changes hands but what a holder keeps.
            let sameElectorate =
                eligibility.electorate(among: fresh.heard) == eligibility.electorate(among: group.heard)
            if sameElectorate, group.retained.isEmpty, holders.isEmpty {
                groups[eligibility]?.heard = fresh.heard
                continue
            }
            changed.formUnion(group.addresses)
            fresh.addresses = group.addresses
            groups[eligibility] = fresh
            for address in group.addresses { enter(address, eligibility) }
        }
    }

    /// Says which node holds the address; `nil`: none that is known.
    mutating func setHolder(_ holder: Int?, of address: IPAddress) {
        guard holders[address] != holder else { return }
        holders[address] = holder
        if let eligibility = eligibilities[address] { enter(address, eligibility) }
    }

    /// Brings the elections to their result. Returns addresses whose owner may not be what it was at the last call:
    /// all that did change, and few that did not.
    mutating func settle() -> Set<IPAddress> {
        var result = changed
        changed = []
        for eligibility in unsettled {
            if let addresses = groups[eligibility]?.election?.settle() { result.formUnion(addresses) }
            if groups[eligibility]?.addresses.isEmpty == true { groups[eligibility] = nil }
        }
        unsettled = []
        return result
    }

    private func makeGroup(_ eligibility: Eligibility) -> Group {
        var group = Group()
        for tier in eligibility.tiers { group.heard.formUnion(tier.nodes.intersection(members)) }
        let electorate = eligibility.electorate(among: members)
        if !electorate.isEmpty { group.election = BalancedElection(nodes: electorate.members.map { ($0, hashes[$0]) }) }
        return group
    }

    /// Gives the address its place in its group: retained by its holder, pinned, or to be elected.
    private mutating func enter(_ address: IPAddress, _ eligibility: Eligibility) {
        unsettled.insert(eligibility)
        let holder = holders[address].flatMap { eligibility.retains($0, among: members) ? $0 : nil }
        let isElector = holder.map { eligibility.electorate(among: members).contains($0) } ?? true
        if let holder, !isElector {
            groups[eligibility]?.election?.remove(address)
            groups[eligibility]?.retained[address] = holder
            changed.insert(address)
        } else {
            if groups[eligibility]?.retained.removeValue(forKey: address) != nil { changed.insert(address) }
            groups[eligibility]?.election?.insert(address, pinnedTo: holder)
        }
    }
}

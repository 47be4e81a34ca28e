/// The addresses of one sharing group in one pool, and the ports in use on them: to find the first on which some ports are
/// free without looking at every address, and to note one port more without looking at the others.
struct JoinableAddresses: Sendable {
    /// All of the addresses.
    private var slots = SortedSlots()
    /// By port, the addresses on which it is in use; never empty.
    private var used: [PortClaim: SortedSlots] = [:]

    var isEmpty: Bool { slots.isEmpty }

    /// Adds an address. The ports in use on it are added by ``use(_:on:)``.
    mutating func insert(_ slot: UInt128) { slots.insert(slot) }

    /// Removes an address, of whose ports none is in use any more.
    mutating func remove(_ slot: UInt128) { slots.remove(slot) }

    /// Some ports are in use now on an address that is here.
    mutating func use(_ ports: some Sequence<PortClaim>, on slot: UInt128) {
        for port in ports { used[port, default: SortedSlots()].insert(slot) }
    }

    /// Some ports are in use no more.
    mutating func free(_ ports: some Sequence<PortClaim>, on slot: UInt128) {
        for port in ports {
            used[port]?.remove(slot)
            if used[port]?.isEmpty ?? false { used[port] = nil }
        }
    }

    /// The lowest slot on which none of these ports is in use.
    func lowest(withoutPorts ports: [PortClaim]) -> UInt128? {
        let taken = ports.compactMap { used[$0] }
        var position = 0
        while position < slots.count {
            // Each step passes over a run of addresses on which one port is in use.
            let start = position
            for list in taken { position = slots.position(ofFirstNotIn: list, from: position) }
            if position == start { return slots[position] }
        }
        return nil
    }
}

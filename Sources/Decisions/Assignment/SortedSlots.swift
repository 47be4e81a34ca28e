/// Numbers of addresses within a pool, ascending and without repetition.
struct SortedSlots: Sendable {
    private var slots: [UInt128] = []

    var isEmpty: Bool { slots.isEmpty }
    var count: Int { slots.count }

    subscript(position: Int) -> UInt128 { slots[position] }

    mutating func insert(_ slot: UInt128) {
        let position = position(of: slot)
        if position == slots.count || slots[position] != slot { slots.insert(slot, at: position) }
    }

    mutating func remove(_ slot: UInt128) {
        let position = position(of: slot)
        if position < slots.count, slots[position] == slot { slots.remove(at: position) }
    }

    /// The position of the first slot, from a position on, that a subset of these slots does not have; ``count`` if it has
    /// all of them. Costs the order of the logarithm of the number of slots.
    func position(ofFirstNotIn subset: SortedSlots, from start: Int) -> Int {
        guard start < count else { return count }
        // Both ascend, so from the first place on where they differ, they differ at every place.
        let other = subset.position(of: slots[start])
        var low = 0
        var high = min(count - start, subset.count - other)
        while low < high {
            let middle = (low + high) / 2
            if slots[start + middle] == subset[other + middle] { low = middle + 1 } else { high = middle }
        }
        return start + low
    }

    /// Where the slot is, or belongs.
    private func position(of slot: UInt128) -> Int {
        var low = 0
        var high = slots.count
        while low < high {
            let middle = (low + high) / 2
            if slots[middle] < slot { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

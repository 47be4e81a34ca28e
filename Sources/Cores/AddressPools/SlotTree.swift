/// The slots from 0 to `last`, each taken or free, and the lowest free one in a few steps.
///
/// A tree of 64-bit words. On level 0 a set bit is a taken slot; above, a set bit is a word of the level below that is
/// full. To find a free slot one climbs from a full word to the first that is not, and descends: at most as many steps
/// as the tree is high (3 for a /16, 11 for a /64, 22 for all of IPv6), however full it is.
struct SlotTree<Words: SlotWords>: Sendable {
    typealias Slot = Words.Slot

    let last: Slot
    private let height: Int
    private var words: Words
    /// No slot below this one is free.
    private var floor: Slot = 0

    init(last: Slot) {
        var height = 1
        while height * 6 < Slot.bitWidth, last >> Slot(6 * height) != 0 { height += 1 }
        self.last = last
        self.height = height
        words = Words(last: last, height: height)
    }

    func isTaken(_ slot: Slot) -> Bool {
        slot > last || words[0, slot >> 6] & SlotTree.bit(slot) != 0
    }

    /// Whether the slot was free, and now is taken.
    mutating func take(_ slot: Slot) -> Bool {
        guard !isTaken(slot) else { return false }
        var position = slot
        for level in 0..<height {
            let word = words[level, position >> 6] | SlotTree.bit(position)
            words[level, position >> 6] = word
            guard word == .max else { break }
            position >>= 6
        }
        return true
    }

    /// Whether the slot was taken, and now is free.
    mutating func free(_ slot: Slot) -> Bool {
        guard slot <= last, isTaken(slot) else { return false }
        var position = slot
        for level in 0..<height {
            let word = words[level, position >> 6]
            words[level, position >> 6] = word & ~SlotTree.bit(position)
            // Where the word was not full, those above do not have it as full.
            guard word == .max else { break }
            position >>= 6
        }
        floor = min(floor, slot)
        return true
    }

    /// Takes the lowest free slot.
    mutating func takeLowest() -> Slot? {
        guard let slot = lowestFree, take(slot) else { return nil }
        floor = slot
        return slot
    }

    var lowestFree: Slot? { lowestFree(from: floor) }

    /// The lowest free slot that is not below `start`.
    func lowestFree(from start: Slot) -> Slot? {
        guard start <= last else { return nil }
        var position = start
        for level in 0..<height {
            guard position <= last >> Slot(6 * level) else { return nil }
            let index = position >> 6
            let free = ~words[level, index] & (UInt64.max << UInt64(truncatingIfNeeded: position & 63))
            if free != 0 { return lowestFree(below: index << 6 | Slot(free.trailingZeroBitCount), at: level) }
            position = index + 1
        }
        return nil
    }

    /// The lowest free slot in the part of the tree that hangs from a clear bit.
    private func lowestFree(below bit: Slot, at level: Int) -> Slot {
        var position = bit
        for lower in (0..<level).reversed() {
            position = position << 6 | Slot((~words[lower, position]).trailingZeroBitCount)
        }
        return position
    }

    private static func bit(_ position: Slot) -> UInt64 { 1 << UInt64(truncatingIfNeeded: position & 63) }
}

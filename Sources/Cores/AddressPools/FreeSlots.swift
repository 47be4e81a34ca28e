/// The numbers from 0 to a last one, each taken or free, and the lowest free one at once, however many there are.
package struct FreeSlots: Sendable {
    /// Up to this many slots have a bit each, from the beginning (128 KiB).
    private static let denseLimit: UInt128 = 1 << 20

    // One of the two is there. They are no enumeration, because a case's payload cannot be changed in its place.
    private var dense: SlotTree<DenseSlotWords>?
    private var sparse: SlotTree<SparseSlotWords>?
    package let last: UInt128

    package init(last: UInt128) {
        self.last = last
        if let small = UInt(exactly: last), last < FreeSlots.denseLimit {
            dense = SlotTree(last: small)
        } else {
            sparse = SlotTree(last: last)
        }
    }

    package func isTaken(_ slot: UInt128) -> Bool {
        guard slot <= last else { return true }
        return dense?.isTaken(UInt(slot)) ?? sparse?.isTaken(slot) ?? true
    }

    /// Whether the slot was free, and now is taken.
    @discardableResult
    package mutating func take(_ slot: UInt128) -> Bool {
        guard slot <= last else { return false }
        return dense?.take(UInt(slot)) ?? sparse?.take(slot) ?? false
    }

    /// Whether the slot was taken, and now is free.
    @discardableResult
    package mutating func free(_ slot: UInt128) -> Bool {
        guard slot <= last else { return false }
        return dense?.free(UInt(slot)) ?? sparse?.free(slot) ?? false
    }

    /// Takes the lowest free slot.
    package mutating func takeLowest() -> UInt128? {
        dense != nil ? dense?.takeLowest().map { UInt128($0) } : sparse?.takeLowest()
    }

    package var lowestFree: UInt128? {
        if let dense { dense.lowestFree.map { UInt128($0) } } else { sparse?.lowestFree }
    }

    /// The lowest free slot that is not below `start`.
    package func lowestFree(from start: UInt128) -> UInt128? {
        guard start <= last else { return nil }
        return if let dense {
            dense.lowestFree(from: UInt(start)).map { UInt128($0) }
        } else {
            sparse?.lowestFree(from: start)
        }
    }
}

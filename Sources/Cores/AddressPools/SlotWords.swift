/// Where a ``SlotTree`` keeps its words: one bit a slot on level 0, and above it one bit for each word of the level below.
protocol SlotWords: Sendable {
    associatedtype Slot: FixedWidthInteger & UnsignedInteger & Sendable

    /// All words as they are before any slot is taken: only the bits of what lies beyond `last` are set.
    init(last: Slot, height: Int)

    subscript(level: Int, index: Slot) -> UInt64 { get set }
}

extension SlotWords {
    /// What a word is before any slot is taken.
    static func initial(level: Int, index: Slot, last: Slot) -> UInt64 {
        guard index == (last >> Slot(6 * level)) >> 6 else { return 0 }
        let bit = Int(truncatingIfNeeded: last >> Slot(6 * level) & 63)
        return bit == 63 ? 0 : UInt64.max << UInt64(bit + 1)
    }
}

/// Only the words that differ from how they were at first: for slots without number, as IPv6 has them.
struct SparseSlotWords: SlotWords {
    private let last: UInt128
    private var levels: [[UInt128: UInt64]]

    init(last: UInt128, height: Int) {
        self.last = last
        levels = Array(repeating: [:], count: height)
    }

    subscript(level: Int, index: UInt128) -> UInt64 {
        get { levels[level][index] ?? Self.initial(level: level, index: index, last: last) }
        set {
            let initial = Self.initial(level: level, index: index, last: last)
            levels[level][index] = newValue == initial ? nil : newValue
        }
    }
}

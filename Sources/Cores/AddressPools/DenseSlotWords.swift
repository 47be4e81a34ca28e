/// All words of a tree in one array: for up to some millions of slots.
struct DenseSlotWords: SlotWords {
    private var words: [UInt64] = []
    /// Where the words of each level begin.
    private var starts: [Int] = []

    init(last: UInt, height: Int) {
        for level in 0..<height {
            starts.append(words.count)
            let lastIndex = (last >> UInt(6 * level)) >> 6
            words.append(contentsOf: repeatElement(0, count: Int(lastIndex)))
            words.append(Self.initial(level: level, index: lastIndex, last: last))
        }
    }

    subscript(level: Int, index: UInt) -> UInt64 {
        get { words[starts[level] + Int(index)] }
        set { words[starts[level] + Int(index)] = newValue }
    }
}

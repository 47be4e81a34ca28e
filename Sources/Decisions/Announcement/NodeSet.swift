/// A set of nodes by their indices in a ``NodeList``: a bitmap, so that what concerns all nodes at once is a few words.
struct NodeSet: Hashable, Sendable {
    /// Without trailing zero words, so that equal sets have equal bits.
    private var words: [UInt64] = []

    init() {}

    init(_ members: some Sequence<Int>) {
        for member in members { insert(member) }
    }

    /// The nodes 0 to `count - 1`.
    init(all count: Int) { self.init(0..<count) }

    var isEmpty: Bool { words.isEmpty }

    func contains(_ member: Int) -> Bool {
        member >> 6 < words.count && words[member >> 6] >> UInt64(member & 63) & 1 == 1
    }

    mutating func insert(_ member: Int) {
        while words.count <= member >> 6 { words.append(0) }
        words[member >> 6] |= 1 << UInt64(member & 63)
    }

    mutating func formUnion(_ other: NodeSet) {
        while words.count < other.words.count { words.append(0) }
        for index in other.words.indices { words[index] |= other.words[index] }
    }

    mutating func formIntersection(_ other: NodeSet) {
        if words.count > other.words.count { words.removeLast(words.count - other.words.count) }
        for index in words.indices { words[index] &= other.words[index] }
        trim()
    }

    mutating func subtract(_ other: NodeSet) {
        for index in 0..<min(words.count, other.words.count) { words[index] &= ~other.words[index] }
        trim()
    }

    func union(_ other: NodeSet) -> NodeSet {
        var result = self
        result.formUnion(other)
        return result
    }

    func intersection(_ other: NodeSet) -> NodeSet {
        var result = self
        result.formIntersection(other)
        return result
    }

    func subtracting(_ other: NodeSet) -> NodeSet {
        var result = self
        result.subtract(other)
        return result
    }

    /// In ascending order.
    var members: [Int] {
        var result: [Int] = []
        for (index, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                result.append(index << 6 + rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
        return result
    }

    private mutating func trim() {
        while words.last == 0 { words.removeLast() }
    }
}

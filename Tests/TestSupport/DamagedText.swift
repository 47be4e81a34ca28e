/// Octets that chance has damaged, by seed: some changed, removed, repeated, cut off, or replaced by pieces that mean
/// something to what reads them.
package struct DamagedText {
    private let samples: [[UInt8]]
    private let pieces: [[UInt8]]
    private var random: SeededGenerator

    /// Pieces that mean something to JSON and YAML, and octets that are no UTF-8.
    package static let pieces =
        [
            "{", "}", "[", "]", ",", ":", "\"", "\\", "null", "true", "-1", "1e999", "99999999999999999999", "0.5",
            "{}", "[]",
            "\"\"", "\\u0000", "\\ud800", "\n", "\r\n", "\t", " ", "- ", ": ", "#", "&a ", "*a", "<<: ", "|\n", "---\n",
            "\u{0}",
            "\u{FEFF}", "\u{2028}",
        ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0x80]]

    package init(_ samples: [String], pieces more: [String] = [], seed: UInt64) {
        self.samples = samples.map { Array($0.utf8) }
        pieces = DamagedText.pieces + more.map { Array($0.utf8) }
        random = SeededGenerator(seed: seed)
    }

    /// Another damaged sample.
    package mutating func next() -> [UInt8] {
        var octets = samples.randomElement(using: &random) ?? []
        for _ in 0..<Int.random(in: 1...6, using: &random) { damage(&octets) }
        return octets
    }

    private mutating func damage(_ octets: inout [UInt8]) {
        guard !octets.isEmpty else { return }
        let start = Int.random(in: 0..<octets.count, using: &random)
        let end = min(octets.count, start + Int.random(in: 1...40, using: &random))
        switch Int.random(in: 0..<6, using: &random) {
        case 0: octets[start] = UInt8.random(in: 0...255, using: &random)
        case 1: octets.removeSubrange(start..<end)
        case 2: octets.insert(contentsOf: pieces.randomElement(using: &random) ?? [], at: start)
        case 3: octets.insert(contentsOf: octets[start..<end], at: Int.random(in: 0...octets.count, using: &random))
        case 4: octets.removeSubrange(start...)
        default: octets.replaceSubrange(start..<end, with: pieces.randomElement(using: &random) ?? [])
        }
    }
}

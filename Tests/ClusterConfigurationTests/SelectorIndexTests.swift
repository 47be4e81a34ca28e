import ClusterConfiguration
import TestSupport
import Testing

@Suite("The index of selectors") struct SelectorIndexTests {
    private static let keys = ["app", "tier", "zone"]
    private static let values = ["a", "b", "c"]

    private static func requirement(_ random: inout SeededGenerator) -> Selector.Requirement {
        let key = keys.randomElement(using: &random) ?? "app"
        let some = values.shuffled(using: &random).prefix(Int.random(in: 1...2, using: &random))
        return switch Int.random(in: 0...5, using: &random) {
        case 0: .isNotIn(key: key, values: Array(some))
        case 1: .exists(key: key)
        case 2: .doesNotExist(key: key)
        default: .isIn(key: key, values: Array(some))
        }
    }

    @Test(
        "random selectors and labels → every thing that selects the object is among the candidates, in order",
        arguments: [UInt64(1), 2, 3])
    func complete(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let things = (0..<Int.random(in: 0...30, using: &random)).map { _ in
                (0..<Int.random(in: 0...2, using: &random)).map { _ in
                    Selector((0..<Int.random(in: 0...3, using: &random)).map { _ in Self.requirement(&random) })
                }
            }
            let index = SelectorIndex(things.enumerated().map { (number: $0.offset, selectors: $0.element) })
            for _ in 0..<20 {
                var labels: [String: String] = [:]
                for key in Self.keys where Bool.random(using: &random) {
                    labels[key] = Self.values.randomElement(using: &random)
                }
                let wanted = things.indices.filter { thing in
                    things[thing].isEmpty || things[thing].contains { $0.matches(labels) }
                }
                let candidates = index.candidates(for: labels)
                #expect(Set(candidates).isSuperset(of: wanted), "seed \(seed)")
                #expect(candidates == Set(candidates).sorted(), "seed \(seed)")
            }
        }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let selectors: @Sendable (Int) -> [Selector]
        let labels: [String: String]
        let tried: Int
    }

    static let rows = [
        Row(
            testDescription: "each selects another label", selectors: { [Selector(matchLabels: ["app": "a\($0)"])] },
            labels: ["app": "a7"], tried: 1),
        Row(
            testDescription: "each requires a common label and one of its own",
            selectors: { [Selector(matchLabels: ["all": "yes", "own": "o\($0)"])] },
            labels: ["all": "yes", "own": "o7"],
            tried: 1),
        Row(
            testDescription: "each requires a key of its own", selectors: { [Selector([.exists(key: "k\($0)")])] },
            labels: ["k7": "", "k8": ""], tried: 2),
        Row(
            testDescription: "each selects one of two labels",
            selectors: { [Selector(matchLabels: ["app": "a\($0)"]), Selector(matchLabels: ["tier": "t\($0)"])] },
            labels: ["app": "a7", "tier": "t7"], tried: 1),
        Row(
            testDescription: "the object has no labels", selectors: { [Selector(matchLabels: ["app": "a\($0)"])] },
            labels: [:], tried: 0),
    ]

    @Test("a thousand things → only those that may match are tried", arguments: rows, [10, 1_000])
    func few(row: Row, count: Int) {
        let index = SelectorIndex((0..<count).map { (number: $0, selectors: row.selectors($0)) })
        #expect(index.candidates(for: row.labels).count == row.tried)
    }
}

import TestSupport
import Testing

@testable import Announcement

@Suite("Sets of nodes") struct NodeSetTests {
    @Test("Every operation agrees with a plain set", arguments: [UInt64(1), 2, 3]) func operations(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            let limit = [3, 64, 65, 200].randomElement(using: &random) ?? 3
            let a = Set(
                (0..<Int.random(in: 0...20, using: &random)).map { _ in Int.random(in: 0..<limit, using: &random) })
            let b = Set(
                (0..<Int.random(in: 0...20, using: &random)).map { _ in Int.random(in: 0..<limit, using: &random) })
            let (x, y) = (NodeSet(a), NodeSet(b))
            #expect(x.members == a.sorted(), "seed \(seed)")
            #expect(x.union(y) == NodeSet(a.union(b).sorted()), "seed \(seed)")
            #expect(x.intersection(y) == NodeSet(a.intersection(b)), "seed \(seed)")
            #expect(x.subtracting(y) == NodeSet(a.subtracting(b)), "seed \(seed)")
            #expect(x.isEmpty == a.isEmpty, "seed \(seed)")
            #expect((0..<limit).allSatisfy { x.contains($0) == a.contains($0) }, "seed \(seed)")
        }
    }

    @Test("All of none is empty, and nothing beyond the end is contained") func edges() {
        #expect(NodeSet(all: 0).isEmpty)
        #expect(!NodeSet(all: 64).contains(64))
        #expect(NodeSet(all: 64).contains(63))
        #expect(!NodeSet().contains(1_000))
    }
}

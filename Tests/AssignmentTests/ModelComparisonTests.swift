import AddressPools
import Addresses
import ClusterConfiguration
import KubernetesModel
import TestSupport
import Testing
import Timing

@testable import Assignment

/// Random operations on the engine and on ``ModelEngine``, which must always agree.
@Suite("The engine and the model") struct ModelComparisonTests {
    static let operationsPerSeed = 5_000

    @Test("They agree after every operation", arguments: UInt64(1)...21) func agreement(seed: UInt64) {
        var walk = RandomWalk(seed: seed)
        for step in 1...Self.operationsPerSeed {
            walk.step()
            if let difference = walk.difference {
                Issue.record("seed \(seed), step \(step), \(walk.lastOperation): \(difference)")
                return
            }
        }
    }

    @Test("The same operations give the same changes", arguments: UInt64(101)...104) func repeatable(seed: UInt64) {
        var (a, b) = (RandomWalk(seed: seed), RandomWalk(seed: seed))
        for _ in 1...500 {
            a.step()
            b.step()
            #expect(a.lastChanges == b.lastChanges, "seed \(seed)")
        }
    }

    @Test("What is saved and restored is the same again", arguments: UInt64(201)...212) func restart(seed: UInt64) {
        var walk = RandomWalk(seed: seed)
        for step in 1...100 {
            for _ in 1...10 { walk.step() }
            walk.restart()
            if let difference = walk.difference {
                Issue.record("seed \(seed), restart \(step): \(difference)")
                return
            }
        }
    }

    @Test("The order of events given together does not matter", arguments: UInt64(301)...320)
    func orderOfEvents(seed: UInt64) {
        var walk = RandomWalk(seed: seed)
        for _ in 1...60 { walk.step() }
        var generator = SeededGenerator(seed: seed)
        let events = walk.everything
        var plain = AssignmentEngine()
        var shuffled = AssignmentEngine()
        _ = plain.handle(events, at: .zero)
        _ = shuffled.handle(events.shuffled(using: &generator), at: .zero)
        #expect(plain.assignments == shuffled.assignments, "seed \(seed)")
        #expect(plain.counts == shuffled.counts, "seed \(seed)")
    }
}

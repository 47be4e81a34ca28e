import Simulation
import Testing

@Suite("Shrinking: the shortest story in which the same goes wrong") struct ShrinkerTests {
    @Test("Two steps of forty are to blame → they are what is left, in the smallest segment, at round times")
    func twoOfForty() {
        var steps = (0..<40).map { Story.Step(3017 + 131 * $0, .cordon($0 % 4)) }
        steps[11].deed = .kill(2, for: 1234)
        steps[29].deed = .toggle(1)
        let story = Story(Setting(nodes: 5, addresses: 7, isDualStack: true), seed: 1, steps)
        var shrinker = Shrinker(story) { story in
            let kills = story.steps.contains { if case .kill(2, _) = $0.deed { true } else { false } }
            let toggles = story.steps.contains { $0.deed == .toggle(1) }
            return kills && toggles && story.setting.nodes >= 3 && story.setting.addresses >= 2
        }
        shrinker.run()
        #expect(shrinker.shortest.setting == Setting(nodes: 3, addresses: 2))
        #expect(shrinker.shortest.steps.map(\.deed) == [.kill(2, for: 300), .toggle(1)])
        #expect(shrinker.shortest.steps.allSatisfy { $0.time % 1000 == 0 })
    }

    @Test("Nothing can be left out → the story stays as it is") func nothing() {
        let story = Story(Setting(nodes: 2, addresses: 1), seed: 1, [.init(3000, .cordon(1))])
        var shrinker = Shrinker(story) { $0 == story }
        shrinker.run()
        #expect(shrinker.shortest == story)
    }

    @Test("A story's description is the Swift that makes it") func description() {
        let story = Story(
            Setting(nodes: 2, addresses: 1, twins: .apart), seed: 7,
            [
                .init(3000, .part([0, 1, 1], for: 400)),
                .init(
                    4000,
                    .forge(
                        .mark(
                            4, in: .probe, of: 1, about: 0, term: .max, flags: 3, standing: 15, from: .madeUp(2),
                            to: nil), times: 2, every: 100)),
            ])
        #expect(
            story.description == """
                Story(
                    Setting(nodes: 2, addresses: 1, twins: .apart), seed: 7,
                    [
                        .init(3000, .part([0, 1, 1], for: 400)),
                        .init(4000, .forge(.mark(4, in: .probe, of: 1, about: 0, term: .max, flags: 3, standing: 15, from: .madeUp(2), to: nil), times: 2, every: 100)),
                    ])
                """)
    }
}

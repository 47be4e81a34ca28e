import Foundation
import Simulation
import Testing

/// Stories that seeds are made into: whatever happens, no invariant of the segment breaks, and after quiet returns, every
/// address has one owner.
///
/// `MARTLET_SIMULATION_SEEDS=100000` runs so many in all, `MARTLET_SIMULATION_FIRST=17` begins with that seed,
/// `MARTLET_SIMULATION_LARGE=300x3000` sets the size of the large one. For hours of seeds, and to see one frame by frame:
/// `Tests/Simulate/run`.
@Suite("Simulation: no invariant breaks, whatever happens") struct SimulationTests {
    static let environment = ProcessInfo.processInfo.environment
    static let first = environment["MARTLET_SIMULATION_FIRST"].flatMap { UInt64($0) } ?? 1
    static let seeds = environment["MARTLET_SIMULATION_SEEDS"].flatMap { UInt64($0) } ?? 1000

    /// Groups of seeds, so that several processors share the work.
    struct Group: Sendable, CustomTestStringConvertible {
        var campaign: Campaign
        var seeds: Range<UInt64>

        var testDescription: String { "\(campaign), seeds from \(seeds.lowerBound) to \(seeds.upperBound - 1)" }

        /// Each campaign's share of all seeds, in hundredths.
        static let all: [Group] = Campaign.allCases.flatMap { campaign in
            let end = SimulationTests.first + SimulationTests.seeds * campaign.share / 100
            return stride(from: SimulationTests.first, to: end, by: 100).map {
                Group(campaign: campaign, seeds: $0..<min($0 + 100, end))
            }
        }
    }

    @Test("Seeds, each a story of its own", arguments: Group.all) func seeds(group: Group) {
        for seed in group.seeds {
            let story = group.campaign.story(seed: seed)
            var simulation = Simulation(story)
            let violations = simulation.run()
            guard !violations.isEmpty else { continue }
            let shrunk = Shrinker.shrink(story, budget: 200)
            Issue.record(
                """
                seed \(seed) of \(group.campaign): \(violations.map(\.description).joined(separator: "; "))
                the shortest story in which the same goes wrong, for Regressions.swift:
                \(shrunk.story)
                \(shrunk.violations.map(\.description).joined(separator: "; "))
                """)
        }
    }

    @Test("A story that went wrong once → it does not any more", arguments: Regressions.all)
    func regression(row: Regressions.Row) {
        var simulation = Simulation(row.story, traces: Self.environment["MARTLET_SIMULATION_TRACE"] != nil)
        let violations = simulation.run()
        #expect(violations.isEmpty, "\(violations)\n\(simulation.log.joined(separator: "\n"))")
    }

    @Test(
        "The same story gives the same run, frame by frame, also when told by its own description",
        arguments: Campaign.allCases)
    func replay(campaign: Campaign) {
        for seed: UInt64 in 3...5 {
            let digests = (0..<2).map { _ in
                var simulation = Simulation(campaign.story(seed: seed))
                simulation.run()
                return simulation.digest
            }
            #expect(Set(digests).count == 1)
        }
    }

    @Test(
        "Nodes that start within ten seconds of each other → in the end, none has more than twice its share",
        arguments: [UInt64](1...3))
    func coldStart(seed: UInt64) {
        let setting = Setting(nodes: 6, addresses: 240)
        // The last step does nothing: it makes the story long enough.
        let story = Story(setting, seed: seed, [.init(60_000, .lose(0, for: 1))])
        var simulation = Simulation(story, start: .seconds(10))
        let violations = simulation.run()
        #expect(violations.isEmpty, "\(violations)")
        let shares = simulation.shares
        print("after a cold start, seed \(seed): \(shares), \(simulation.moves) moves")
        #expect(shares.reduce(0, +) == setting.addresses)
        #expect((shares.max() ?? 0) <= 2 * setting.addresses / setting.nodes)
    }

    @Test("A large segment") func large() throws {
        let size = (Self.environment["MARTLET_SIMULATION_LARGE"] ?? "24x240").split(separator: "x").compactMap {
            Int($0)
        }
        try #require(size.count == 2 && size.allSatisfy { $0 > 0 }, "MARTLET_SIMULATION_LARGE is NODESxADDRESSES")
        let story = Campaign.plain.story(
            seed: Self.first, setting: Setting(nodes: size[0], addresses: size[1], interval: 1000))
        var simulation = Simulation(story)
        let violations = simulation.run()
        #expect(violations.isEmpty, "\(violations)\n\(story)\n\(simulation.log.joined(separator: "\n"))")
        print(
            "simulation of \(size[0]) speakers and \(size[1]) addresses: \(simulation.moves) moves, "
                + "\(simulation.framesSent) frames, \(simulation.log.count) things that happened")
    }
}

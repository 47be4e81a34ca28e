import Foundation
import Testing
import Timing

/// Hundreds of speakers, thousands of addresses, and whatever can go wrong, by seed.
///
/// `MARTLET_SIMULATION_SEEDS=5000` runs so many small ones, `MARTLET_SIMULATION_FIRST=17` begins with that seed, so that
/// a seed that failed can be run again alone, with `MARTLET_SIMULATION_TRACE=1` to see its frames; `MARTLET_SIMULATION_LARGE=300x3000` sets the size of the large one.
@Suite("Simulation: after quiet returns, every address has one owner") struct SimulationTests {
    static let environment = ProcessInfo.processInfo.environment
    static let first = environment["MARTLET_SIMULATION_FIRST"].flatMap { UInt64($0) } ?? 1
    static let seeds = environment["MARTLET_SIMULATION_SEEDS"].flatMap { UInt64($0) } ?? 1000
    /// Groups, so that several processors share the work.
    static let groups = stride(from: first, to: first + seeds, by: 25).map { $0..<min($0 + 25, first + seeds) }

    @Test("Small segments, a thousand seeds", arguments: groups) func small(seeds: Range<UInt64>) {
        for seed in seeds {
            var settings = SimulationSettings.small(seed: seed)
            settings.traces = Self.environment["MARTLET_SIMULATION_TRACE"] != nil
            var simulation = Simulation(seed: seed, settings: settings)
            simulation.run()
            let wrong = simulation.verdict()
            #expect(wrong.isEmpty, "\(wrong.joined(separator: "\n"))\n\(simulation.log.joined(separator: "\n"))")
        }
    }

    @Test("The same seed gives the same run, frame by frame", arguments: [UInt64(3), 4, 5]) func replay(seed: UInt64) {
        let digests = (0..<3).map { _ in
            var simulation = Simulation(seed: seed, settings: .small(seed: seed))
            simulation.run()
            return simulation.digest
        }
        #expect(Set(digests).count == 1)
    }

    @Test("A large segment") func large() throws {
        let size = (Self.environment["MARTLET_SIMULATION_LARGE"] ?? "24x240").split(separator: "x").compactMap {
            Int($0)
        }
        try #require(size.count == 2 && size.allSatisfy { $0 > 0 }, "MARTLET_SIMULATION_LARGE is NODESxADDRESSES")
        let settings = SimulationSettings(
            nodes: size[0], addresses: size[1], loses: true, interval: .milliseconds(500))
        var simulation = Simulation(seed: Self.first, settings: settings)
        simulation.run()
        let wrong = simulation.verdict()
        #expect(wrong.isEmpty, "\(wrong.joined(separator: "\n"))\n\(simulation.log.joined(separator: "\n"))")
        print(
            "simulation of \(size[0]) speakers and \(size[1]) addresses: \(simulation.moves) moves, "
                + "\(simulation.framesSent) frames, \(simulation.log.count) things that went wrong")
    }
}

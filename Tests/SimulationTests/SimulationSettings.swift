import BFD
import LinkLayer
import Speaker
import Timing

/// What a simulation is like.
struct SimulationSettings: Sendable {
    var nodes: Int
    var addresses: Int
    /// For how long things go wrong.
    var turmoil: Duration
    /// Between two things that go wrong, on average.
    var calm: Duration
    /// Frames may get lost by chance.
    var loses: Bool
    /// Every frame is noted.
    var traces = false
    var liveness: SegmentConfiguration
    var layer2: Layer2Settings

    /// How long after the turmoil all must be well: whatever was lost, each owner has announced once more.
    var quiet: Duration { layer2.pace.interval + .seconds(14) }

    init(
        nodes: Int, addresses: Int, turmoil: Duration = .seconds(12), calm: Duration = .seconds(2), loses: Bool,
        interval: Duration = .milliseconds(250)
    ) {
        self.nodes = nodes
        self.addresses = addresses
        self.turmoil = turmoil
        self.calm = calm
        self.loses = loses
        // Longer than in production, for the sake of the time that it takes to simulate; nothing else depends on it.
        liveness = SegmentConfiguration(interval: interval, longestDetectionTime: .seconds(60))
        layer2 = Layer2Settings()
        layer2.pace.interval = .seconds(10)
    }

    /// Of every size that is small, by seed.
    static func small(seed: UInt64) -> SimulationSettings {
        SimulationSettings(nodes: 2 + Int(seed % 4), addresses: 1 + Int(seed / 4 % 8), loses: seed % 2 == 0)
    }
}

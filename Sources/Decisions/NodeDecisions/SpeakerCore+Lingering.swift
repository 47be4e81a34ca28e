import Announcement
import Timing

// A node that gives an address up because its endpoints terminate keeps the route for a moment, where the node that takes over
// has got its ready endpoint only just now: the routers are to have that node's route first.
extension SpeakerCore {
    /// How long a route is kept: time for another node to see the same event and for its UPDATE to arrive. Meanwhile
    /// kube-proxy on this node still forwards to the endpoints that terminate.
    private static let lingerTime = Duration.seconds(1)

    /// Begins to count for routes that are kept since the last call, and forgets those that are not any more.
    mutating func noteLingering() {
        guard !engine.lingering.isEmpty || !lingerEnds.isEmpty else { return }
        lingerEnds = lingerEnds.filter { engine.lingering.contains($0.key) }
        for route in engine.lingering where lingerEnds[route] == nil {
            lingerEnds[route] = now.advanced(by: SpeakerCore.lingerTime)
        }
    }

    /// When ``endLingering(_:)`` has something to do.
    var nextLingerDeadline: Instant? { lingerEnds.values.min() }

    mutating func endLingering(_ actions: inout [Action]) {
        let ending = Set(lingerEnds.filter { $0.value <= now }.keys)
        guard !ending.isEmpty else { return }
        for route in ending { lingerEnds[route] = nil }
        engine.apply(lingeringIsOver: ending)
        performChanges(&actions)
    }
}

import Timing
import WireIdentity

/// How the nodes of a segment send liveness packets. The same on every node.
package struct SegmentConfiguration: Hashable, Sendable {
    /// Between two packets of a node, on a segment of moderate size.
    package var interval: Duration
    /// How many missed intervals make a node lost; at least 1.
    package var detectMultiplier: UInt8
    /// The most packets that a node receives, jitter aside. The interval grows with the segment to keep to it.
    package var packetsPerSecond: Int
    /// A head whose loss would be noticed later than this is ignored.
    package var longestDetectionTime: Duration
    /// How many addresses one node may have; more would be forgeries.
    package var sourcesPerNode: Int
    /// What packets are signed with, and have to be signed with; `nil`: nothing.
    package var key: AuthenticationKey?
    /// Whose trailers packets carry, and whose are believed.
    package var credentials: SpeakerCredentials

    package init(
        interval: Duration = .milliseconds(50), detectMultiplier: UInt8 = 5, packetsPerSecond: Int = 600,
        longestDetectionTime: Duration = .seconds(30), sourcesPerNode: Int = 8, key: AuthenticationKey? = nil,
        credentials: SpeakerCredentials = SpeakerCredentials()
    ) {
        precondition(interval >= .milliseconds(1) && detectMultiplier > 0)
        precondition(packetsPerSecond > 0 && longestDetectionTime > .zero && sourcesPerNode > 0)
        self.interval = interval
        self.detectMultiplier = detectMultiplier
        self.packetsPerSecond = packetsPerSecond
        self.longestDetectionTime = longestDetectionTime
        self.sourcesPerNode = sourcesPerNode
        self.key = key
        self.credentials = credentials
    }

    /// The detection time while the segment is of moderate size.
    package var detectionTime: Duration { interval * Int(detectMultiplier) }

    /// Intervals that are stretched are whole multiples of this, so that not every newcomer changes them.
    private static let step = Duration.milliseconds(5)

    /// The interval for a segment where this many streams of packets arrive together.
    package func interval(streams: Int) -> Duration {
        let needed = Duration.nanoseconds(Int64(max(streams, 0)) * 1_000_000_000 / Int64(packetsPerSecond))
        guard needed > interval else { return interval }
        let step = SegmentConfiguration.step.wholeNanoseconds
        return .nanoseconds((needed.wholeNanoseconds + step - 1) / step * step)
    }

    /// How many streams may arrive before the interval grows.
    package var streamsAtFullRate: Int {
        Int(clamping: interval.wholeNanoseconds * Int64(packetsPerSecond) / 1_000_000_000)
    }
}

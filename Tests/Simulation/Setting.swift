import BFD
import LinkLayer
import NodeDecisions
import Timing
import WireIdentity

/// What a simulation is like before anything happens. Its description is the Swift that makes it again.
package struct Setting: Hashable, Sendable, CustomStringConvertible {
    /// A second cluster on the same segment, whose nodes have the same names.
    package enum Twins: String, Hashable, Sendable, CaseIterable {
        case none
        /// It has other addresses, and another identity.
        case apart
        /// It has the same addresses, and another identity.
        case overlapping
        /// It has other addresses, and says that it is the same cluster.
        case apartUnderOneIdentity
        /// It has the same addresses, and says that it is the same cluster.
        case overlappingUnderOneIdentity

        var overlaps: Bool { self == .overlapping || self == .overlappingUnderOneIdentity }
        var sharesIdentity: Bool { self == .apartUnderOneIdentity || self == .overlappingUnderOneIdentity }
    }

    /// What the nodes sign with.
    package enum Keys: String, Hashable, Sendable, CaseIterable {
        case none
        /// All with the same key.
        case shared
        /// The last node of each cluster has another key than the others.
        case odd
    }

    package var nodes: Int
    package var addresses: Int
    /// Every second address is of IPv6, and liveness is sent over both families.
    package var isDualStack: Bool
    package var twins: Twins
    package var keys: Keys
    /// Milliseconds between two liveness packets; two may be missing. More than in production, for the sake of the time that
    /// it takes to simulate; all limits follow the detection time.
    package var interval: Int

    package init(
        nodes: Int, addresses: Int, isDualStack: Bool = false, twins: Twins = .none, keys: Keys = .none,
        interval: Int = 600
    ) {
        self.nodes = nodes
        self.addresses = addresses
        self.isDualStack = isDualStack
        self.twins = twins
        self.keys = keys
        self.interval = interval
    }

    package var description: String {
        var words = ["nodes: \(nodes)", "addresses: \(addresses)"]
        if isDualStack { words.append("isDualStack: true") }
        if twins != .none { words.append("twins: .\(twins)") }
        if keys != .none { words.append("keys: .\(keys)") }
        if interval != 600 { words.append("interval: \(interval)") }
        return "Setting(\(words.joined(separator: ", ")))"
    }

    /// Of both clusters.
    var allNodes: Int { twins == .none ? nodes : 2 * nodes }
    var clusters: Int { twins == .none ? 1 : 2 }

    private var segment: SegmentConfiguration {
        SegmentConfiguration(
            interval: .milliseconds(interval), detectMultiplier: 2, longestDetectionTime: .seconds(60))
    }

    func liveness(_ credentials: SpeakerCredentials) -> SegmentConfiguration {
        var configuration = segment
        configuration.credentials = credentials
        return configuration
    }

    /// Whether speakers that are strangers to each other are to have the same addresses: each is a host in use of an address
    /// to the other, a conflict that both report.
    var hasStrangeSpeakers: Bool { twins.overlaps || keys == .odd }

    /// How long a node may be silent.
    var detectionTime: Duration { segment.detectionTime }

    /// Between announcements of an address that stays where it is.
    static let announceInterval = Duration.seconds(6)
    /// An address that a stranger has had is probed for again after so long at most.
    static let conflictRetryLimit = Duration.seconds(4)

    /// Of a node that starts for the n-th time.
    func credentials(of number: Int, start: Int) -> SpeakerCredentials {
        let (cluster, place) = (number / nodes, number % nodes)
        let name = cluster == 0 || twins.sharesIdentity ? SpeakerCredentials.defaultCluster : "another"
        let key: SigningKey? =
            switch keys {
            case .none: nil
            case .shared: SigningKey(secret: Array("shared".utf8))
            case .odd: SigningKey(secret: Array((place == nodes - 1 ? "odd" : "shared").utf8))
            }
        return SpeakerCredentials(
            cluster: ClusterIdentity(name: name), key: key,
            // As the clock would have it.
            firstNumber: 1_000_000_000_000 * UInt64(start), instance: UInt64(number + 1) << 16 | UInt64(start))
    }

    func layer2(_ credentials: SpeakerCredentials) -> Layer2Settings {
        var settings = Layer2Settings()
        settings.credentials = credentials
        settings.pace.interval = Setting.announceInterval
        settings.claims.conflictRetry = .seconds(1)
        settings.claims.conflictRetryLimit = Setting.conflictRetryLimit
        return settings
    }
}

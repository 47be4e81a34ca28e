import Addresses
import Timing
import WireIdentity

/// A speaker of another cluster on the segment. It is a stranger to every decision.
package struct ForeignSpeaker: Hashable, Sendable {
    package let cluster: ClusterIdentity
    package let discriminator: UInt32
    /// Which name of ours has the discriminator: it is likely that the other's name is the same; `nil`: none.
    package var node: String?
    package var hardwareAddress: MACAddress
    package var address: IPAddress
    package var lastHeard: Instant
}

/// Another host that sends as this node, in this cluster.
package struct SegmentTwin: Hashable, Sendable {
    package let hardwareAddress: MACAddress
    package var address: IPAddress
    package var lastHeard: Instant
}

/// Why a node that is there is not believed.
package enum Distrust: Hashable, Sendable {
    /// It signs with another key, or is forged.
    case otherKey
    /// It does not sign, and this node has a key.
    case unsigned
    /// It signs, and this node has no key.
    case signs
    /// It runs the previous version, which is refused here.
    case previousVersion
}

/// What a segment remembers of senders, beside who is a member. It is bounded by the nodes of the configuration and by fixed
/// limits, with any input.
struct SegmentAcquaintances: Hashable, Sendable {
    /// For how long one without packets is still shown.
    static let memory = Duration.seconds(10)
    static let foreignSpeakers = 64
    static let twins = 8

    private struct ForeignKey: Hashable, Sendable {
        let cluster: ClusterIdentity
        let discriminator: UInt32
    }

    private struct Doubt: Hashable, Sendable {
        let reason: Distrust
        let at: Instant
    }

    private var foreign: [ForeignKey: ForeignSpeaker] = [:]
    private var twinsByAddress: [MACAddress: SegmentTwin] = [:]
    private var doubts: [UInt32: Doubt] = [:]
    /// Never forgotten.
    var memory = SegmentMemory()
    /// When each node last sent a trailer that is not signed.
    private var modern: [UInt32: Instant] = [:]
    /// When each node of the previous version last sent without a signature.
    private var unsigned: [UInt32: Instant] = [:]

    private static func isFresh(_ moment: Instant, at now: Instant) -> Bool {
        now < moment.advanced(by: SegmentAcquaintances.memory)
    }

    /// Returns the speaker if it is new or returned.
    mutating func noteForeign(_ speaker: ForeignSpeaker, at now: Instant) -> ForeignSpeaker? {
        let key = ForeignKey(cluster: speaker.cluster, discriminator: speaker.discriminator)
        if let known = foreign[key], SegmentAcquaintances.isFresh(known.lastHeard, at: now) {
            foreign[key] = speaker
            return nil
        }
        if foreign.count >= SegmentAcquaintances.foreignSpeakers {
            foreign = foreign.filter { SegmentAcquaintances.isFresh($0.value.lastHeard, at: now) }
            guard foreign.count < SegmentAcquaintances.foreignSpeakers else { return nil }
        }
        foreign[key] = speaker
        return speaker
    }

    /// Returns the twin if it is new or returned.
    mutating func noteTwin(_ twin: SegmentTwin, at now: Instant) -> SegmentTwin? {
        let known = twinsByAddress[twin.hardwareAddress]
        let isNews = !(known.map { SegmentAcquaintances.isFresh($0.lastHeard, at: now) } ?? false)
        if known == nil, twinsByAddress.count >= SegmentAcquaintances.twins {
            twinsByAddress = twinsByAddress.filter { SegmentAcquaintances.isFresh($0.value.lastHeard, at: now) }
            guard twinsByAddress.count < SegmentAcquaintances.twins else { return nil }
        }
        twinsByAddress[twin.hardwareAddress] = twin
        return isNews ? twin : nil
    }

    mutating func doubt(_ discriminator: UInt32, _ reason: Distrust, at now: Instant) {
        doubts[discriminator] = Doubt(reason: reason, at: now)
    }

    /// Whether a signed packet of the node was not there before.
    mutating func takes(_ trailer: LivenessTrailer, from discriminator: UInt32, over family: AddressFamily) -> Bool {
        let sender = SegmentMemory.Sender(
            discriminator: discriminator, hardwareAddress: trailer.hardwareAddress, family: family)
        guard memory.guards[sender, default: ReplayGuard()].takes(trailer.number) else { return false }
        memory.signers.insert(discriminator)
        return true
    }

    mutating func noteModern(_ discriminator: UInt32, at now: Instant) {
        modern[discriminator] = now
        unsigned[discriminator] = nil
    }

    /// Whether the node has sent more fields than the previous version does. What it has signed holds for good. What it
    /// has not is forgotten, for else one forged packet would shut out a node that still has to be upgraded.
    func isModern(_ discriminator: UInt32, at now: Instant) -> Bool {
        memory.signers.contains(discriminator)
            || modern[discriminator].map { SegmentAcquaintances.isFresh($0, at: now) } ?? false
    }

    mutating func noteUnsignedPreviousVersion(_ discriminator: UInt32, at now: Instant) {
        unsigned[discriminator] = now
    }

    func hearsUnsignedPreviousVersion(at now: Instant) -> Bool {
        !unsigned.isEmpty && unsigned.values.contains { SegmentAcquaintances.isFresh($0, at: now) }
    }

    /// The node is no longer configured. What its signed packets have shown stays.
    mutating func forget(_ discriminator: UInt32) {
        doubts[discriminator] = nil
        unsigned[discriminator] = nil
        modern[discriminator] = nil
    }

    func foreignSpeakers(at now: Instant) -> [ForeignSpeaker] {
        foreign.values.filter { SegmentAcquaintances.isFresh($0.lastHeard, at: now) }
            .sorted { ($0.cluster.rawValue, $0.discriminator) < ($1.cluster.rawValue, $1.discriminator) }
    }

    func twins(at now: Instant) -> [SegmentTwin] {
        twinsByAddress.values.filter { SegmentAcquaintances.isFresh($0.lastHeard, at: now) }
            .sorted { $0.hardwareAddress < $1.hardwareAddress }
    }

    func doubts(at now: Instant) -> [UInt32: Distrust] {
        doubts.filter { SegmentAcquaintances.isFresh($0.value.at, at: now) }.mapValues(\.reason)
    }
}

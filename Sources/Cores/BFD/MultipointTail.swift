import Addresses
import Timing

/// The receiving side of a multipoint session: RFC 8562, bfd.SessionType MultipointTail, silent.
///
/// One tail represents one head at one address. The head's first packet creates it, and its owner removes it
/// when ``hasExpired(at:)``.
package struct MultipointTail: Hashable, Sendable {
    /// RFC 8562 §5.7: with the discriminator and the segment, what tells heads apart.
    package let source: IPAddress
    /// The head's My Discriminator.
    package let remoteDiscriminator: UInt32
    /// The head's trailer; `nil`: the previous version, which sends none.
    package internal(set) var trailer: LivenessTrailer?
    /// Up or Down.
    package private(set) var state: SessionState = .down
    package private(set) var remoteState: SessionState = .down
    package private(set) var diagnostic: Diagnostic = .none
    /// The detection time.
    package private(set) var detectionTime: Duration = .zero
    /// When the detection time expires.
    package private(set) var detectionDeadline: Instant

    /// A detection time below this says more about the receiver's scheduler than about the head.
    package static let shortestDetectionTime = Duration.milliseconds(10)

    package init(
        source: IPAddress, remoteDiscriminator: UInt32, trailer: LivenessTrailer? = nil, at now: Instant
    ) {
        self.source = source
        self.trailer = trailer
        self.remoteDiscriminator = remoteDiscriminator
        detectionDeadline = now
    }

    /// RFC 8562 §5.11: the head's interval and multiplier alone decide. Reception is not jittered.
    static func detectionTime(of packet: ControlPacket) -> Duration {
        max(packet.desiredMinTxInterval * Int(packet.detectMultiplier), shortestDetectionTime)
    }

    /// Takes a packet of the head that passed the checks: RFC 8562 §5.13.1.
    package mutating func receive(_ packet: ControlPacket, at now: Instant) {
        remoteState = packet.state
        detectionTime = MultipointTail.detectionTime(of: packet)
        detectionDeadline = now.advanced(by: detectionTime)
        // All states of a head for both states of a tail, and no default.
        switch (state, packet.state) {
        case (.up, .down), (.up, .adminDown):
            state = .down
            diagnostic = .neighborSignaledSessionDown
        case (.down, .up), (.initializing, .up), (.adminDown, .up):
            state = .up
            diagnostic = .none
        case (.up, .up), (.up, .initializing): break
        case (.down, _), (.initializing, _), (.adminDown, _): break
        }
    }

    /// Whether the sender of a packet from `source` with this trailer is this tail's head.
    func isHead(at source: IPAddress, _ trailer: LivenessTrailer?) -> Bool {
        guard source == self.source else { return false }
        guard let own = self.trailer, let trailer else { return true }
        return own.hardwareAddress == trailer.hardwareAddress
    }

    /// Without a key no number is proven genuine. So only late packets are rejected, a copy or a packet that was
    /// overtaken: a forged number is not to shut the genuine ones out.
    func isRepeated(_ trailer: LivenessTrailer?) -> Bool {
        guard let trailer, let own = self.trailer, own.instance == trailer.instance else { return false }
        return trailer.number <= own.number && own.number - trailer.number < MultipointTail.overtaken
    }

    /// How many packets of a node may be overtaken by one.
    private static let overtaken: UInt64 = 64

    package func hasExpired(at now: Instant) -> Bool { detectionDeadline <= now }

    /// This tail after a detection time without packets: RFC 5880 §6.8.4.
    var afterSilence: MultipointTail {
        var silent = self
        silent.state = .down
        silent.remoteState = .down
        silent.diagnostic = .controlDetectionTimeExpired
        return silent
    }

    /// Time in which nothing could be received does not count.
    mutating func extend(by duration: Duration) { detectionDeadline = detectionDeadline.advanced(by: duration) }
}

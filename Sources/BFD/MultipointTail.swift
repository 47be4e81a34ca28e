import Addresses
import Timing

/// The receiving side of a multipoint session: RFC 8562, bfd.SessionType MultipointTail, silent.
///
/// One tail stands for one head as heard from one address. It is made by the head's first packet, and its owner removes it
/// when ``hasExpired(at:)``.
package struct MultipointTail: Hashable, Sendable {
    /// RFC 8562 §5.7: with the discriminator and the segment, what tells heads apart.
    package let source: IPAddress
    /// The head's My Discriminator.
    package let remoteDiscriminator: UInt32
    /// Up or Down.
    package private(set) var state: SessionState = .down
    package private(set) var remoteState: SessionState = .down
    package private(set) var diagnostic: Diagnostic = .none
    /// How long the head may be silent.
    package private(set) var detectionTime: Duration = .zero
    /// When it will have been silent for that long.
    package private(set) var detectionDeadline: Instant

    /// A detection time below this says more about the receiver's scheduler than about the head.
    package static let shortestDetectionTime = Duration.milliseconds(10)

    package init(source: IPAddress, remoteDiscriminator: UInt32, at now: Instant) {
        self.source = source
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

    package func hasExpired(at now: Instant) -> Bool { detectionDeadline <= now }

    /// This tail once its head was silent for the detection time: RFC 5880 §6.8.4.
    var afterSilence: MultipointTail {
        var silent = self
        silent.state = .down
        silent.remoteState = .down
        silent.diagnostic = .controlDetectionTimeExpired
        return silent
    }

    /// Time in which nothing could be heard does not count as silence.
    mutating func extend(by duration: Duration) { detectionDeadline = detectionDeadline.advanced(by: duration) }
}

import Timing

/// The sending side of a multipoint session: RFC 8562, bfd.SessionType MultipointHead.
///
/// A head receives nothing. It sends Up to the group at its interval from the beginning, and AdminDown for one
/// detection time when it leaves; then it stops sending.
///
/// RFC 8562 §5.9 suggests that a head start with Down for one detection time, so that tails forget what they knew of its
/// last life. Here they need not forget: that the node is there is all that they know. So a head that is back within the
/// detection time was never gone, and nothing moves. For the same reason the second of RFC 5880 §6.8.3 between packets
/// of a session that is not Up does not slow the farewell down: it is a handful of packets.
package struct MultipointHead: Hashable, Sendable {
    package enum Event: Hashable, Sendable {
        case deadlineReached
        /// The interval is to be this one.
        case intervalChanged(Duration)
        /// The head leaves: RFC 8562 §5.9.
        case administrativelyDisabled
    }

    package enum Action: Hashable, Sendable {
        case send(ControlPacket)
        /// The farewell is over; ``MultipointHead/nextDeadline`` is `nil` from now on.
        case fellSilent
    }

    package let discriminator: UInt32
    package let detectMultiplier: UInt8
    package private(set) var state: SessionState = .up
    /// The interval that the packets carry: what tails count with.
    package private(set) var advertisedInterval: Duration
    /// The interval between packets, before jitter.
    package private(set) var interval: Duration
    /// How many packets are still to say by their P bit that the interval has changed.
    private var announcementsLeft = 0
    private var farewellsLeft = 0
    private var lastTransmission: Instant?
    package private(set) var nextDeadline: Instant?

    /// A head that sends its first packet at `now`.
    ///
    /// - Parameter discriminator: not zero.
    package init(discriminator: UInt32, interval: Duration, detectMultiplier: UInt8, at now: Instant) {
        precondition(discriminator != 0 && interval > .zero && detectMultiplier > 0)
        self.discriminator = discriminator
        self.detectMultiplier = detectMultiplier
        self.interval = interval
        advertisedInterval = interval
        nextDeadline = now
    }

    package mutating func handle(
        _ event: Event, at now: Instant, using generator: inout some RandomNumberGenerator
    ) -> [Action] {
        var actions: [Action] = []
        switch event {
        case .deadlineReached:
            guard let due = nextDeadline, due <= now else { break }
            transmit(at: now, &actions, &generator)
        case .intervalChanged(let new):
            change(to: new, at: now, &generator)
        case .administrativelyDisabled:
            guard state == .up else { break }
            state = .adminDown
            // RFC 8562 §5.9: for Desired Min TX Interval times Detect Mult.
            farewellsLeft = Int(detectMultiplier)
            transmit(at: now, &actions, &generator)
        }
        return actions
    }

    private mutating func transmit(
        at now: Instant, _ actions: inout [Action], _ generator: inout some RandomNumberGenerator
    ) {
        actions.append(.send(makePacket()))
        lastTransmission = now
        if announcementsLeft > 0 {
            announcementsLeft -= 1
            if announcementsLeft == 0 { interval = advertisedInterval }
        }
        if state == .adminDown {
            guard farewellsLeft > 0 else {
                nextDeadline = nil
                actions.append(.fellSilent)
                return
            }
            farewellsLeft -= 1
        }
        nextDeadline = now.advanced(by: gap(&generator))
    }

    private mutating func change(
        to new: Duration, at now: Instant, _ generator: inout some RandomNumberGenerator
    ) {
        precondition(new > .zero)
        guard new != advertisedInterval, state == .up else { return }
        advertisedInterval = new
        // RFC 8562 §5.10: no poll sequence, because no tail answers, but the P bit on packets with the change. As many
        // as a tail may miss.
        announcementsLeft = Int(detectMultiplier)
        // RFC 5880 §6.8.3 as RFC 8562 §5.10 has it: a longer interval is used only after it was announced at the old one;
        // a shorter one at once, no later than that after the last packet.
        guard new < interval else { return }
        interval = new
        if let last = lastTransmission, let due = nextDeadline {
            nextDeadline = min(due, max(now, last.advanced(by: gap(&generator))))
        }
    }

    private func gap(_ generator: inout some RandomNumberGenerator) -> Duration {
        interval.withTransmitJitter(detectMultiplier: detectMultiplier, using: &generator)
    }

    /// RFC 8562 §5.13.3: M and D set, Your Discriminator and Required Min RX Interval zero.
    private func makePacket() -> ControlPacket {
        ControlPacket(
            state: state, diagnostic: state == .adminDown ? .administrativelyDown : .none,
            detectMultiplier: detectMultiplier, myDiscriminator: discriminator,
            desiredMinTxInterval: advertisedInterval,
            isPoll: announcementsLeft > 0, isDemand: true, isMultipoint: true)
    }
}

import Timing

/// A BFD session with one other system, as of RFC 5880, in asynchronous mode.
///
/// A `Session` decides; it does not act. Give it what happened and when, and it answers with what to do:
///
///     let actions = session.handle(.received(packet, hopLimit: 255), at: now, using: &generator)
///
/// The caller performs the actions in order, and calls again with `.deadlineReached` no later than ``nextDeadline``. The
/// session never reads a clock and never fails; the generator gives the jitter. Finding the session that a packet is for
/// (RFC 5880 §6.3) is the caller's part: by Your Discriminator, or where that is zero by the addresses.
///
/// Standards: RFC 5880 §6.1 to §6.8 in asynchronous mode; the other system may use demand mode. RFC 5881 §5 and
/// RFC 5883 §6 through ``SessionConfiguration/minimumHopLimit``. Authentication: SHA-1, meticulous or not. Not: echo,
/// demand mode of our own, passwords and MD5.
package struct Session: Hashable, Sendable {
    package enum Event: Hashable, Sendable {
        case received(ControlPacket, hopLimit: UInt8)
        case deadlineReached
        /// RFC 5880 §6.8.16.
        case administrativelyDisabled
        /// The session is about to be removed: disabled, and the other system is notified repeatedly until it shows that
        /// it knows, ``hasLeft`` being true then.
        case leaving
        case administrativelyEnabled
        /// Everything but the discriminator may change.
        case reconfigured(SessionConfiguration)
    }

    package enum Action: Hashable, Sendable {
        case send(ControlPacket)
        case stateChanged(from: SessionState, to: SessionState, Diagnostic)
        case dropped(DropReason)
    }

    enum Timer: Hashable, Sendable { case transmit, detection, farewell }

    /// RFC 5880 §6.5.
    enum Poll: Hashable, Sendable {
        case none
        /// Packets carry P until one with F arrives.
        case active
        /// Something changed since: another sequence follows this one.
        case activeAndRenewed
    }

    // RFC 5880 §6.8.1. The names are the standard's.
    package internal(set) var configuration: SessionConfiguration
    package internal(set) var state: SessionState = .down
    package internal(set) var remoteState: SessionState = .down
    package internal(set) var diagnostic: Diagnostic = .none
    package internal(set) var remoteDiagnostic: Diagnostic = .none
    package internal(set) var remoteDiscriminator: UInt32 = 0
    package internal(set) var remoteMinRxInterval: Duration = .microseconds(1)
    package internal(set) var remoteDesiredMinTxInterval: Duration = .zero
    package internal(set) var remoteDetectMultiplier: UInt8 = 0
    package internal(set) var isRemoteDemanding = false

    /// The interval sent with; follows the advertised one, which an increase precedes.
    var desiredMinTxIntervalInUse: Duration
    /// The interval detected with; follows the advertised one, which a reduction precedes.
    var requiredMinRxIntervalInUse: Duration
    var poll = Poll.none
    var lastTransmission: Instant?
    var timers = TimerSet<Timer>()

    /// How many packets the farewell may still take.
    var farewellsLeft = 0
    var signer: PacketSigner?
    var verifier: PacketVerifier?

    /// Whether nothing need be sent any more after `.leaving`.
    package var hasLeft: Bool { state == .adminDown && (farewellsLeft == 0 || remoteState != .up) }

    /// Whether a packet of the other system arrived within the last detection time.
    package var isRemoteHeard: Bool { remoteDiscriminator != 0 }

    /// When the caller has to come back with `.deadlineReached`.
    package var nextDeadline: Instant? { timers.nextDeadline }

    /// A session that is Down and, unless passive, sends its first packet within a second of `now`.
    package init(
        _ configuration: SessionConfiguration, at now: Instant, using generator: inout some RandomNumberGenerator
    ) {
        self.configuration = configuration
        desiredMinTxIntervalInUse = max(configuration.desiredMinTxInterval, Session.slowest)
        requiredMinRxIntervalInUse = configuration.requiredMinRxInterval
        authenticationChanged(&generator)
        if mayTransmitPeriodically {
            timers.set(
                .transmit, at: now.advanced(by: .nanoseconds(Int64.random(in: 0...999_999_999, using: &generator))))
        }
    }

    package mutating func handle(
        _ event: Event, at now: Instant, using generator: inout some RandomNumberGenerator
    ) -> [Action] {
        var actions: [Action] = []
        switch event {
        case .received(let packet, let hopLimit):
            if let reason = reasonToDrop(packet, hopLimit: hopLimit, at: now) {
                actions.append(.dropped(reason))
            } else {
                receive(packet, at: now, &actions, &generator)
            }
        case .deadlineReached:
            for _ in 0..<timers.count {
                guard let timer = timers.popExpired(at: now) else { break }
                switch timer {
                case .transmit: transmit(at: now, &actions, &generator)
                case .detection: detectionTimeExpired(at: now, &actions, &generator)
                case .farewell: farewellsLeft = 0
                }
            }
        case .administrativelyDisabled:
            // RFC 5880 §6.8.16; packets go on, so that the other system learns it at once.
            if state != .adminDown { move(to: .adminDown, .administrativelyDown, at: now, &actions, &generator) }
        case .leaving:
            // RFC 5880 §6.8.16: for a Detection Time, so that the other system does not take it for a failure.
            beginFarewell(at: now)
            if state != .adminDown { move(to: .adminDown, .administrativelyDown, at: now, &actions, &generator) }
            if !mayTransmitPeriodically { farewellsLeft = 0 }
        case .administrativelyEnabled:
            farewellsLeft = 0
            if state == .adminDown { move(to: .down, .none, at: now, &actions, &generator) }
        case .reconfigured(let configuration):
            reconfigure(configuration, at: now, &actions, &generator)
        }
        return actions
    }
}

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
/// RFC 5883 §6 through ``SessionConfiguration/minimumHopLimit``. Not: echo, demand mode of our own, authentication; a
/// packet that is authenticated is dropped.
package struct Session: Hashable, Sendable {
    package enum Event: Hashable, Sendable {
        case received(ControlPacket, hopLimit: UInt8)
        case deadlineReached
        /// RFC 5880 §6.8.16.
        case administrativelyDisabled
        case administrativelyEnabled
        /// Everything but the discriminator may change.
        case reconfigured(SessionConfiguration)
    }

    package enum Action: Hashable, Sendable {
        case send(ControlPacket)
        case stateChanged(from: SessionState, to: SessionState, Diagnostic)
        case dropped(DropReason)
    }

    enum Timer: Hashable, Sendable { case transmit, detection }

    /// RFC 5880 §6.5.
    enum Poll: Hashable, Sendable {
        case none
        /// Packets carry P until one with F arrives.
        case active
        /// Something changed since: another sequence follows this one.
        case activeAndRenewed
    }

    // RFC 5880 §6.8.1. The names are the standard's.
    package private(set) var configuration: SessionConfiguration
    package private(set) var state: SessionState = .down
    package private(set) var remoteState: SessionState = .down
    package private(set) var diagnostic: Diagnostic = .none
    package private(set) var remoteDiagnostic: Diagnostic = .none
    package private(set) var remoteDiscriminator: UInt32 = 0
    package private(set) var remoteMinRxInterval: Duration = .microseconds(1)
    package private(set) var remoteDesiredMinTxInterval: Duration = .zero
    package private(set) var remoteDetectMultiplier: UInt8 = 0
    package private(set) var isRemoteDemanding = false

    /// The interval sent with; follows the advertised one, which an increase precedes.
    private var desiredMinTxIntervalInUse: Duration
    /// The interval detected with; follows the advertised one, which a reduction precedes.
    private var requiredMinRxIntervalInUse: Duration
    private var poll = Poll.none
    private var lastTransmission: Instant?
    private var timers = TimerSet<Timer>()

    /// When the caller has to come back with `.deadlineReached`.
    package var nextDeadline: Instant? { timers.nextDeadline }

    /// A session that is Down and, unless passive, sends its first packet within a second of `now`.
    package init(
        _ configuration: SessionConfiguration, at now: Instant, using generator: inout some RandomNumberGenerator
    ) {
        self.configuration = configuration
        desiredMinTxIntervalInUse = max(configuration.desiredMinTxInterval, Session.slowest)
        requiredMinRxIntervalInUse = configuration.requiredMinRxInterval
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
            if let reason = reasonToDrop(packet, hopLimit: hopLimit) {
                actions.append(.dropped(reason))
            } else {
                receive(packet, at: now, &actions, &generator)
            }
        case .deadlineReached:
            while let timer = timers.popExpired(at: now) {
                switch timer {
                case .transmit: transmit(at: now, &actions, &generator)
                case .detection: detectionTimeExpired(at: now, &actions, &generator)
                }
            }
        case .administrativelyDisabled:
            // RFC 5880 §6.8.16; packets go on, so that the other system learns it at once.
            if state != .adminDown { move(to: .adminDown, .administrativelyDown, at: now, &actions, &generator) }
        case .administrativelyEnabled:
            if state == .adminDown { move(to: .down, .none, at: now, &actions, &generator) }
        case .reconfigured(let configuration):
            reconfigure(configuration, at: now, &actions, &generator)
        }
        return actions
    }
}

// MARK: - Reception (RFC 5880 §6.8.6)

extension Session {
    /// The checks that need the session; those of the packet alone were made when it was decoded.
    private func reasonToDrop(_ packet: ControlPacket, hopLimit: UInt8) -> DropReason? {
        // RFC 5881 §5, RFC 5883 §6.
        if hopLimit < configuration.minimumHopLimit { return .hopLimitTooLow }
        // RFC 5880 §6.8.6: the M bit must be clear.
        if packet.isMultipoint { return .multipointUnexpected }
        if packet.yourDiscriminator == 0 {
            // RFC 5880 §6.8.6: only a system that has not heard us may leave our discriminator out.
            guard packet.state == .down || packet.state == .adminDown else { return .yourDiscriminatorZero }
        } else {
            guard packet.yourDiscriminator == configuration.localDiscriminator else { return .sessionNotFound }
        }
        // RFC 5880 §6.8.6: the A bit while no authentication is in use.
        if packet.authentication != nil { return .authenticationUnexpected }
        return nil
    }

    private mutating func receive(
        _ packet: ControlPacket, at now: Instant, _ actions: inout [Action],
        _ generator: inout some RandomNumberGenerator
    ) {
        remoteDiscriminator = packet.myDiscriminator
        remoteState = packet.state
        remoteDiagnostic = packet.diagnostic
        isRemoteDemanding = packet.isDemand
        remoteMinRxInterval = packet.requiredMinRxInterval
        remoteDesiredMinTxInterval = packet.desiredMinTxInterval
        remoteDetectMultiplier = packet.detectMultiplier
        if packet.isFinal { pollAnswered() }
        // RFC 5880 §6.8.4.
        timers.set(.detection, at: now.advanced(by: detectionTime))

        let stateBefore = state
        // Sixteen cells and no default: the compiler holds the table of RFC 5880 §6.2 and §6.8.6.
        switch (state, packet.state) {
        case (.adminDown, _):
            actions.append(.dropped(.administrativelyDown))
            return
        case (.down, .down): move(to: .initializing, .none, at: now, &actions, &generator, sending: !packet.isPoll)
        case (.down, .initializing): move(to: .up, .none, at: now, &actions, &generator, sending: !packet.isPoll)
        case (.down, .up), (.down, .adminDown): break
        case (.initializing, .initializing), (.initializing, .up):
            move(to: .up, .none, at: now, &actions, &generator, sending: !packet.isPoll)
        case (.initializing, .down): break
        case (.up, .initializing), (.up, .up): break
        case (.up, .down), (.up, .adminDown), (.initializing, .adminDown):
            move(
                to: .down, .neighborSignaledSessionDown, at: now, &actions, &generator, sending: !packet.isPoll)
        }
        // RFC 5880 §6.8.7: a poll is answered at once, whatever the transmit timer says; the answer tells a new state too.
        if packet.isPoll { actions.append(.send(makePacket(isFinal: true))) }
        if state == stateBefore { scheduleTransmission(at: now, &generator) }
    }
}

// MARK: - Timers (RFC 5880 §6.8.2 to §6.8.4, §6.8.7)

extension Session {
    /// RFC 5880 §6.8.3: the shortest interval that a session which is not Up may ask for.
    package static let slowest = Duration.seconds(1)

    /// Desired Min TX Interval as our packets carry it.
    package var advertisedDesiredMinTxInterval: Duration {
        state == .up ? configuration.desiredMinTxInterval : max(configuration.desiredMinTxInterval, Session.slowest)
    }

    /// RFC 5880 §6.8.2: the interval between our packets, before jitter.
    package var transmitInterval: Duration { max(desiredMinTxIntervalInUse, remoteMinRxInterval) }

    /// RFC 5880 §6.8.4: how long the other system may be silent. Zero as long as it was never heard.
    package var detectionTime: Duration {
        max(requiredMinRxIntervalInUse, remoteDesiredMinTxInterval) * Int(remoteDetectMultiplier)
    }

    /// Whether the other system has asked us to be silent: RFC 5880 §6.6 and §6.8.6.
    private var isRemoteDemandModeActive: Bool { isRemoteDemanding && state == .up && remoteState == .up }

    private var mayTransmitPeriodically: Bool {
        // RFC 5880 §6.8.7, in its order.
        if configuration.role == .passive && remoteDiscriminator == 0 { return false }
        if remoteMinRxInterval == .zero { return false }
        return !isRemoteDemandModeActive || poll != .none
    }

    /// Sends the periodic packet, and schedules the next.
    private mutating func transmit(
        at now: Instant, _ actions: inout [Action], _ generator: inout some RandomNumberGenerator
    ) {
        guard mayTransmitPeriodically else { return timers.stop(.transmit) }
        actions.append(.send(makePacket(isFinal: false)))
        lastTransmission = now
        timers.stop(.transmit)
        scheduleTransmission(at: now, &generator)
    }

    /// Sees to it that the next packet leaves no later than one interval after the last: RFC 5880 §6.8.3 asks that a
    /// shorter interval be honoured at once. A packet that is due earlier stays so.
    private mutating func scheduleTransmission(at now: Instant, _ generator: inout some RandomNumberGenerator) {
        guard mayTransmitPeriodically else { return timers.stop(.transmit) }
        let present = timers.deadline(of: .transmit)
        let last = lastTransmission ?? now
        if let present, present <= last.advanced(by: transmitInterval) { return }
        let interval = transmitInterval.withTransmitJitter(
            detectMultiplier: configuration.detectMultiplier, using: &generator)
        timers.set(.transmit, at: max(now, last.advanced(by: interval)))
    }

    private mutating func detectionTimeExpired(
        at now: Instant, _ actions: inout [Action], _ generator: inout some RandomNumberGenerator
    ) {
        // RFC 5880 §6.8.1: after a silent detection time the other system's discriminator is forgotten; with it goes
        // whatever else it said.
        remoteDiscriminator = 0
        remoteState = .down
        remoteMinRxInterval = .microseconds(1)
        remoteDesiredMinTxInterval = .zero
        remoteDetectMultiplier = 0
        isRemoteDemanding = false
        poll = .none
        adoptAdvertisedIntervals()
        switch state {
        case .initializing, .up: move(to: .down, .controlDetectionTimeExpired, at: now, &actions, &generator)
        case .down, .adminDown: scheduleTransmission(at: now, &generator)
        }
    }
}

// MARK: - Poll sequences and changed intervals (RFC 5880 §6.5, §6.8.3)

extension Session {
    private mutating func reconfigure(
        _ new: SessionConfiguration, at now: Instant, _ actions: inout [Action],
        _ generator: inout some RandomNumberGenerator
    ) {
        precondition(new.localDiscriminator == configuration.localDiscriminator, "the discriminator stays")
        guard new != configuration else { return }
        let before = (advertisedDesiredMinTxInterval, configuration.requiredMinRxInterval)
        configuration = new
        if before != (advertisedDesiredMinTxInterval, configuration.requiredMinRxInterval) { intervalsChanged() }
        scheduleTransmission(at: now, &generator)
    }

    /// The advertised intervals are not those of the last packet any more.
    private mutating func intervalsChanged() {
        // RFC 5880 §6.8.3: an interval that we may lengthen, or a detection time that we may shorten, only when the other
        // system has confirmed that it knows; whatever makes neither side wait too short takes effect now.
        if state != .up || advertisedDesiredMinTxInterval < desiredMinTxIntervalInUse {
            desiredMinTxIntervalInUse = advertisedDesiredMinTxInterval
        }
        if state != .up || configuration.requiredMinRxInterval > requiredMinRxIntervalInUse {
            requiredMinRxIntervalInUse = configuration.requiredMinRxInterval
        }
        // RFC 5880 §6.8.3: a change starts a poll sequence; without a system to poll there is nothing to confirm.
        guard remoteDiscriminator != 0, state != .adminDown else { return adoptAdvertisedIntervals() }
        poll = poll == .none ? .active : .activeAndRenewed
    }

    /// RFC 5880 §6.8.6: a packet with F ends the poll sequence.
    private mutating func pollAnswered() {
        switch poll {
        case .none: break
        case .active:
            poll = .none
            adoptAdvertisedIntervals()
        case .activeAndRenewed: poll = .active
        }
    }

    private mutating func adoptAdvertisedIntervals() {
        desiredMinTxIntervalInUse = advertisedDesiredMinTxInterval
        requiredMinRxIntervalInUse = configuration.requiredMinRxInterval
    }
}

// MARK: - Transitions

extension Session {
    /// The only place that changes `state`. Tells the other system at once, unless the caller is about to (RFC 5880
    /// §6.8.7 wants packets sent early that differ from the last).
    private mutating func move(
        to new: SessionState, _ reason: Diagnostic, at now: Instant, _ actions: inout [Action],
        _ generator: inout some RandomNumberGenerator, sending: Bool = true
    ) {
        let old = state
        let intervalBefore = advertisedDesiredMinTxInterval
        state = new
        // RFC 5880 §6.8.1: the diagnostic tells why the session last left Up, so coming up again does not clear it there;
        // a packet that says Up with an old reason misleads, so it is cleared.
        diagnostic = reason
        actions.append(.stateChanged(from: old, to: new, reason))
        if intervalBefore != advertisedDesiredMinTxInterval { intervalsChanged() }
        if new == .adminDown {
            poll = .none
            adoptAdvertisedIntervals()
        }
        if sending {
            transmit(at: now, &actions, &generator)
        } else {
            scheduleTransmission(at: now, &generator)
        }
    }
}

// MARK: - Packets (RFC 5880 §6.8.7)

extension Session {
    private func makePacket(isFinal: Bool) -> ControlPacket {
        ControlPacket(
            state: state, diagnostic: diagnostic, detectMultiplier: configuration.detectMultiplier,
            myDiscriminator: configuration.localDiscriminator, yourDiscriminator: remoteDiscriminator,
            desiredMinTxInterval: advertisedDesiredMinTxInterval,
            requiredMinRxInterval: configuration.requiredMinRxInterval,
            // RFC 5880 §6.5: never P and F in one packet.
            isPoll: poll != .none && !isFinal, isFinal: isFinal)
    }
}

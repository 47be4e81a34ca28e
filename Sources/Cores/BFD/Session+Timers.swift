import Timing

// Timers: RFC 5880 §6.8.2 to §6.8.4, §6.8.7.

extension Session {
    /// RFC 5880 §6.8.3: the shortest interval that a session which is not Up may ask for.
    package static let slowest = Duration.seconds(1)

    /// Desired Min TX Interval as our packets carry it.
    package var advertisedDesiredMinTxInterval: Duration {
        state == .up ? configuration.desiredMinTxInterval : max(configuration.desiredMinTxInterval, Session.slowest)
    }

    /// RFC 5880 §6.8.2: the interval between our packets, before jitter.
    package var transmitInterval: Duration { max(desiredMinTxIntervalInUse, remoteMinRxInterval) }

    /// The same, but for the farewell: the second of RFC 5880 §6.8.3 between packets of a session that is not Up would
    /// make it longer than the other system's patience, and it is a handful of packets.
    var intervalToNextPacket: Duration {
        farewellsLeft > 0 && remoteState == .up
            ? max(configuration.desiredMinTxInterval, remoteMinRxInterval) : transmitInterval
    }

    /// No farewell lasts longer, with any intervals of the other system.
    static let longestFarewell = Duration.seconds(3)

    /// As many packets as either side's patience is long, and no longer than that takes: one that wants none, or hardly
    /// any, must not keep us from ending.
    mutating func beginFarewell(at now: Instant) {
        guard isRemoteHeard else { return farewellsLeft = 0 }
        farewellsLeft = Int(max(remoteDetectMultiplier, configuration.detectMultiplier))
        let time = max(detectionTime, intervalToNextPacket * (farewellsLeft + 1))
        timers.set(.farewell, at: now.advanced(by: min(time, Session.longestFarewell)))
    }

    /// RFC 5880 §6.8.4: the detection time. Zero until the other system's first packet.
    package var detectionTime: Duration {
        max(requiredMinRxIntervalInUse, remoteDesiredMinTxInterval) * Int(remoteDetectMultiplier)
    }

    /// What ``detectionTime`` will be once this packet is taken.
    func detectionTime(with packet: ControlPacket) -> Duration {
        max(requiredMinRxIntervalInUse, packet.desiredMinTxInterval) * Int(packet.detectMultiplier)
    }

    /// Whether the other system has asked us to stop sending: RFC 5880 §6.6 and §6.8.6.
    var isRemoteDemandModeActive: Bool { isRemoteDemanding && state == .up && remoteState == .up }

    var mayTransmitPeriodically: Bool {
        // RFC 5880 §6.8.7, in its order.
        if configuration.role == .passive && remoteDiscriminator == 0 { return false }
        if remoteMinRxInterval == .zero { return false }
        return !isRemoteDemandModeActive || poll != .none
    }

    /// Sends the periodic packet, and schedules the next.
    mutating func transmit(
        at now: Instant, _ actions: inout [Action], _ generator: inout some RandomNumberGenerator
    ) {
        guard mayTransmitPeriodically else { return timers.stop(.transmit) }
        actions.append(.send(makePacket(isFinal: false)))
        lastTransmission = now
        if farewellsLeft > 0 { farewellsLeft -= 1 }
        timers.stop(.transmit)
        scheduleTransmission(at: now, &generator)
    }

    /// Sees to it that the next packet leaves no later than one interval after the last: RFC 5880 §6.8.3 asks that a
    /// shorter interval be honored at once. A packet that is due earlier stays so.
    mutating func scheduleTransmission(at now: Instant, _ generator: inout some RandomNumberGenerator) {
        guard mayTransmitPeriodically else { return timers.stop(.transmit) }
        let present = timers.deadline(of: .transmit)
        let last = lastTransmission ?? now
        let whole = intervalToNextPacket
        if let present, present <= last.advanced(by: whole) { return }
        let interval = whole.withTransmitJitter(
            detectMultiplier: configuration.detectMultiplier, using: &generator)
        timers.set(.transmit, at: max(now, last.advanced(by: interval)))
    }

    mutating func detectionTimeExpired(
        at now: Instant, _ actions: inout [Action], _ generator: inout some RandomNumberGenerator
    ) {
        // RFC 5880 §6.8.1: after a detection time without packets the other system's discriminator is dropped; with it goes
        // everything else it sent.
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
    mutating func reconfigure(
        _ new: SessionConfiguration, at now: Instant, _ actions: inout [Action],
        _ generator: inout some RandomNumberGenerator
    ) {
        precondition(new.localDiscriminator == configuration.localDiscriminator, "the discriminator stays")
        guard new != configuration else { return }
        let before = (advertisedDesiredMinTxInterval, configuration.requiredMinRxInterval)
        let keyBefore = configuration.authentication
        configuration = new
        if keyBefore != new.authentication { authenticationChanged(&generator) }
        if before != (advertisedDesiredMinTxInterval, configuration.requiredMinRxInterval) { intervalsChanged() }
        scheduleTransmission(at: now, &generator)
    }

    /// The advertised intervals are not those of the last packet any more.
    mutating func intervalsChanged() {
        // RFC 5880 §6.8.3: an interval that we may lengthen, or a detection time that we may shorten, only when the other
        // system has confirmed them; changes that make neither side wait too short take effect now.
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
    mutating func pollAnswered() {
        switch poll {
        case .none: break
        case .active:
            poll = .none
            adoptAdvertisedIntervals()
        case .activeAndRenewed: poll = .active
        }
    }

    mutating func adoptAdvertisedIntervals() {
        desiredMinTxIntervalInUse = advertisedDesiredMinTxInterval
        requiredMinRxIntervalInUse = configuration.requiredMinRxInterval
    }
}

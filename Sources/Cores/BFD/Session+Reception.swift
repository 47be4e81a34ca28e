import Timing

// Reception: RFC 5880 §6.8.6.

extension Session {
    /// The checks that need the session; those of the packet alone were made when it was decoded.
    mutating func reasonToDrop(_ packet: ControlPacket, hopLimit: UInt8, at now: Instant) -> DropReason? {
        // RFC 5881 §5, RFC 5883 §6.
        if hopLimit < configuration.minimumHopLimit { return .hopLimitTooLow }
        // RFC 5880 §6.8.6: the M bit must be clear.
        if packet.isMultipoint { return .multipointUnexpected }
        if packet.yourDiscriminator == 0 {
            // RFC 5880 §6.8.6: only a system without a packet of ours may leave our discriminator out.
            guard packet.state == .down || packet.state == .adminDown else { return .yourDiscriminatorZero }
        } else {
            guard packet.yourDiscriminator == configuration.localDiscriminator else { return .sessionNotFound }
        }
        if verifier != nil {
            let silence = detectionTime(with: packet)
            return verifier?.reasonToDrop(packet, detectionTime: silence, at: now)
        }
        // RFC 5880 §6.8.6: the A bit while no authentication is in use.
        return packet.authentication == nil ? nil : .authenticationUnexpected
    }

    mutating func receive(
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
        // RFC 5880 §6.8.7: a poll is answered at once, regardless of the transmit timer; the answer has a new state too.
        if packet.isPoll { actions.append(.send(makePacket(isFinal: true))) }
        if state == stateBefore { scheduleTransmission(at: now, &generator) }
    }
}

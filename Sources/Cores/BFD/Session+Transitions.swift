import Timing

extension Session {
    /// The only place that changes `state`. Tells the other system at once, unless the caller is about to (RFC 5880
    /// §6.8.7 wants packets sent early that differ from the last).
    mutating func move(
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
    mutating func makePacket(isFinal: Bool) -> ControlPacket {
        let packet = ControlPacket(
            state: state, diagnostic: diagnostic, detectMultiplier: configuration.detectMultiplier,
            myDiscriminator: configuration.localDiscriminator, yourDiscriminator: remoteDiscriminator,
            desiredMinTxInterval: advertisedDesiredMinTxInterval,
            requiredMinRxInterval: configuration.requiredMinRxInterval,
            // RFC 5880 §6.5: never P and F in one packet.
            isPoll: poll != .none && !isFinal, isFinal: isFinal)
        return signer?.sign(packet) ?? packet
    }

    /// Starts again with the configuration's key: RFC 5880 §6.8.1.
    mutating func authenticationChanged(_ generator: inout some RandomNumberGenerator) {
        let key = configuration.authentication
        signer = key.map { PacketSigner($0, sequenceNumber: .random(in: .min ... .max, using: &generator)) }
        verifier = key.map { PacketVerifier($0) }
    }
}

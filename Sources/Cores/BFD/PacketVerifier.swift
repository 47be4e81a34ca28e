import Timing

/// Checks the packets that come from one system: a key, bfd.RcvAuthSeq and bfd.AuthSeqKnown of RFC 5880 §6.8.1.
package struct PacketVerifier: Hashable, Sendable {
    package let key: AuthenticationKey
    private var last: Last?

    private struct Last: Hashable, Sendable {
        let number: UInt32
        /// Until when it decides what is taken next.
        let countsUntil: Instant
    }

    package init(_ key: AuthenticationKey) { self.key = key }

    /// Takes a packet in, if it is authentic and new; else says what is wrong with it, and nothing has changed.
    ///
    /// - Parameter detectionTime: the detection time after this packet.
    package mutating func reasonToDrop(
        _ packet: ControlPacket, detectionTime: Duration, at now: Instant
    ) -> DropReason? {
        // RFC 5880 §6.8.6: the A bit is clear while authentication is in use.
        guard let section = packet.authentication else { return .authenticationMissing }
        // RFC 5880 §6.7.4: the type is 4 or 5, the one of the session.
        guard case .keyed(key.algorithm, let keyID, let number, _) = section else { return .authenticationTypeWrong }
        // RFC 5880 §6.7.4: the key is one that is configured.
        guard keyID == key.keyID else { return .authenticationKeyUnknown }
        // RFC 5880 §6.7.4: from the last number, or the one after it, to three times Detect Mult further, around zero.
        if let last, now < last.countsUntil {
            let step = number &- last.number
            guard step >= (key.isMeticulous ? 1 : 0), step <= 3 * UInt32(packet.detectMultiplier) else {
                return .authenticationSequence
            }
        }
        guard key.hasSigned(packet) else { return .authenticationDigest }
        // Only now: a forged packet may not decide which numbers are taken next.
        // RFC 5880 §6.8.1: forgotten after twice the Detection Time.
        last = Last(number: number, countsUntil: now.advanced(by: detectionTime * 2))
        return nil
    }
}

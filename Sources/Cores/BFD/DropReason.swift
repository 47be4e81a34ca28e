/// Why a packet that arrived was not used. The raw value is the label of the metric that counts it.
package enum DropReason: String, Error, Hashable, Sendable, CaseIterable {
    // What the packet alone shows: RFC 5880 §6.8.6, in its order.

    /// Shorter than the 24 octets that every control packet has.
    case truncated
    /// The version is not 1.
    case unsupportedVersion
    /// The Length field is below 24, or below 26 with the A bit.
    case lengthTooSmall
    /// The Length field exceeds what arrived.
    case lengthBeyondPayload
    /// Detect Mult is zero.
    case detectMultiplierZero
    /// My Discriminator is zero.
    case myDiscriminatorZero
    /// The authentication section's length is not that of its type: RFC 5880 §4.2 to §4.4.
    case authenticationMalformed

    // What it shows in the place where it arrived.

    /// The TTL or hop limit is below what the session asks for: RFC 5881 §5, RFC 5883 §6.
    case hopLimitTooLow
    /// The M bit is set, but the session is between two systems: RFC 5880 §6.8.6.
    case multipointUnexpected
    /// The M bit is clear, but the packet came to the segment's group: RFC 8562 §5.13.2.
    case multipointMissing
    /// Your Discriminator is zero in a state other than Down and AdminDown: RFC 5880 §6.8.6.
    case yourDiscriminatorZero
    /// Your Discriminator is not zero, but the M bit is set: RFC 8562 §5.13.2.
    case yourDiscriminatorNotZero
    /// No session has the packet's Your Discriminator: RFC 5880 §6.8.6.
    case sessionNotFound
    /// The packet is authenticated, but no authentication is in use: RFC 5880 §6.8.6.
    case authenticationUnexpected
    /// The packet is not authenticated, but authentication is in use: RFC 5880 §6.8.6.
    case authenticationMissing
    /// It is authenticated in another way than the session: RFC 5880 §6.7.4.
    case authenticationTypeWrong
    /// Its key is none that is configured: RFC 5880 §6.7.4.
    case authenticationKeyUnknown
    /// Its sequence number does not follow the last one: RFC 5880 §6.7.4. An old packet was sent again, or the other
    /// system has restarted and is taken again when its session here is down.
    case authenticationSequence
    /// Its digest is wrong: RFC 5880 §6.7.4. The secrets differ, or it is forged.
    case authenticationDigest
    /// It came in through another interface than the other system's: another host sent it, or the paths
    /// there and back differ. RFC 5881 is for one link.
    case interfaceWrong
    /// The session is administratively down: RFC 5880 §6.8.6.
    case administrativelyDown

    // Policy of a segment: RFC 8562 §5.13.2 leaves to it which tails are created.

    /// My Discriminator is no known node's.
    case unknownSender
    /// My Discriminator is our own: another node bears this node's name.
    case ownDiscriminator
    /// This process has sent it itself: the network returns it.
    case reflected
    /// The node already has as many addresses as one node may have.
    case tooManySources
    /// Desired Min TX Interval is zero, which RFC 5880 §4.1 reserves.
    case desiredMinTxIntervalZero
    /// The head sends so rarely that its loss would be noticed too late: RFC 8562 §5.10 leaves the limit to the tail.
    case detectionTimeTooLong

    // What the trailer of a speaker's packet shows; see ``LivenessTrailer``.

    /// It begins like a trailer, but is none of this version, or ends too early.
    case trailerMalformed
    /// Another cluster's speaker sent it.
    case foreignCluster
    /// The sender runs the previous version, which is rejected here; or it has sent more fields before.
    case previousVersion
    /// It is not signed, but this node has a key.
    case signatureMissing
    /// It is signed, but this node has no key.
    case signatureUnexpected
    /// Its signature is not that of this node's key: the keys differ, or it is forged.
    case signatureWrong
    /// A packet of the sender with this number, or with a later one, was there before: it was recorded and sent again, or
    /// the network doubles packets.
    case numberRepeated
}

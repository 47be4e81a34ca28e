import Timing
import WireCodec

/// A BFD control packet: RFC 5880 §4.1, with the M bit of RFC 8562 §5.1.
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |Vers |  Diag   |Sta|P|F|C|A|D|M|  Detect Mult  |    Length     |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                       My Discriminator                        |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                      Your Discriminator                       |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                    Desired Min TX Interval                    |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                   Required Min RX Interval                    |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                 Required Min Echo RX Interval                 |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///
/// The authentication section follows if A is set.
package struct ControlPacket: Hashable, Sendable {
    /// Why the sender's session last left Up.
    package var diagnostic: Diagnostic
    /// The state of the sender's session.
    package var state: SessionState
    /// The sender asks for an answer with the F bit.
    package var isPoll: Bool
    /// The answer to a packet with the P bit.
    package var isFinal: Bool
    /// The sender's BFD outlives its control plane.
    package var isControlPlaneIndependent: Bool
    /// The sender wants no periodic packets while the session is Up; heads of multipoint sessions always set it.
    package var isDemand: Bool
    /// The packet goes from one head to many tails.
    package var isMultipoint: Bool
    /// How many of the sender's intervals may pass without a packet.
    package var detectMultiplier: UInt8
    /// The sender's number for the session; never zero.
    package var myDiscriminator: UInt32
    /// The receiver's number for the session as the sender knows it, or zero.
    package var yourDiscriminator: UInt32
    /// The shortest interval at which the sender would like to send; whole microseconds on the wire.
    package var desiredMinTxInterval: Duration
    /// The shortest interval at which the sender can receive; zero if it wants no periodic packets.
    package var requiredMinRxInterval: Duration
    /// The shortest interval at which the sender can return echo packets; zero if it does not.
    package var requiredMinEchoRxInterval: Duration
    package var authentication: AuthenticationSection?

    /// The length of a packet without authentication, in octets.
    package static let minimumLength = 24

    package init(
        state: SessionState, diagnostic: Diagnostic = .none, detectMultiplier: UInt8, myDiscriminator: UInt32,
        yourDiscriminator: UInt32 = 0, desiredMinTxInterval: Duration, requiredMinRxInterval: Duration = .zero,
        requiredMinEchoRxInterval: Duration = .zero, isPoll: Bool = false, isFinal: Bool = false,
        isControlPlaneIndependent: Bool = false, isDemand: Bool = false, isMultipoint: Bool = false,
        authentication: AuthenticationSection? = nil
    ) {
        self.diagnostic = diagnostic
        self.state = state
        self.isPoll = isPoll
        self.isFinal = isFinal
        self.isControlPlaneIndependent = isControlPlaneIndependent
        self.isDemand = isDemand
        self.isMultipoint = isMultipoint
        self.detectMultiplier = detectMultiplier
        self.myDiscriminator = myDiscriminator
        self.yourDiscriminator = yourDiscriminator
        self.desiredMinTxInterval = desiredMinTxInterval
        self.requiredMinRxInterval = requiredMinRxInterval
        self.requiredMinEchoRxInterval = requiredMinEchoRxInterval
        self.authentication = authentication
    }

    /// Reads the payload of one datagram, and makes those checks of RFC 5880 §6.8.6 that need nothing but the packet.
    ///
    /// Octets beyond the Length field are no reason to drop a packet; the reader is before them afterwards.
    package init(decoding reader: inout ByteReader) throws(DropReason) {
        do {
            let available = reader.remaining
            guard available >= ControlPacket.minimumLength else { throw DropReason.truncated }
            let first: UInt8 = try reader.read()
            let second: UInt8 = try reader.read()
            detectMultiplier = try reader.read()
            let length = Int(try reader.read(UInt8.self))
            // RFC 5880 §6.8.6: a version other than 1 is discarded.
            guard first >> 5 == Registry.version else { throw DropReason.unsupportedVersion }
            diagnostic = Diagnostic(truncating: first)
            state = SessionState(highBitsOf: second)
            isPoll = second & 0x20 != 0
            isFinal = second & 0x10 != 0
            isControlPlaneIndependent = second & 0x08 != 0
            let isAuthenticated = second & 0x04 != 0
            isDemand = second & 0x02 != 0
            isMultipoint = second & 0x01 != 0
            // RFC 5880 §6.8.6: at least 24, with the A bit at least 26.
            guard length >= (isAuthenticated ? 26 : 24) else { throw DropReason.lengthTooSmall }
            // RFC 5880 §6.8.6: not more than the payload.
            guard length <= available else { throw DropReason.lengthBeyondPayload }
            // RFC 5880 §6.8.6: neither Detect Mult nor My Discriminator may be zero.
            guard detectMultiplier > 0 else { throw DropReason.detectMultiplierZero }
            myDiscriminator = try reader.read()
            guard myDiscriminator != 0 else { throw DropReason.myDiscriminatorZero }
            yourDiscriminator = try reader.read()
            desiredMinTxInterval = .microseconds(Int64(try reader.read(UInt32.self)))
            requiredMinRxInterval = .microseconds(Int64(try reader.read(UInt32.self)))
            requiredMinEchoRxInterval = .microseconds(Int64(try reader.read(UInt32.self)))
            authentication = nil
            if isAuthenticated {
                var section = try reader.read(count: length - ControlPacket.minimumLength)
                authentication = try AuthenticationSection(decoding: &section)
            } else {
                try reader.skip(count: length - ControlPacket.minimumLength)
            }
        } catch let reason as DropReason {
            throw reason
        } catch { throw .truncated }
    }

    /// Writes the packet. Intervals are cut to whole microseconds, and to the 71 minutes that 32 bits hold.
    package func encode(into writer: inout ByteWriter) {
        var flags = state.rawValue << 6
        if isPoll { flags |= 0x20 }
        if isFinal { flags |= 0x10 }
        if isControlPlaneIndependent { flags |= 0x08 }
        if authentication != nil { flags |= 0x04 }
        if isDemand { flags |= 0x02 }
        if isMultipoint { flags |= 0x01 }
        writer.write(Registry.version << 5 | diagnostic.rawValue)
        writer.write(flags)
        writer.write(detectMultiplier)
        writer.write(UInt8(ControlPacket.minimumLength + (authentication?.length ?? 0)))
        writer.write(myDiscriminator)
        writer.write(yourDiscriminator)
        for interval in [desiredMinTxInterval, requiredMinRxInterval, requiredMinEchoRxInterval] {
            writer.write(UInt32(clamping: interval.wholeNanoseconds / 1000))
        }
        authentication?.encode(into: &writer)
    }
}

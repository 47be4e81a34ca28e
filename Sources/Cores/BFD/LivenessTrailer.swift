import Addresses
import WireCodec
import WireIdentity

/// What a speaker says behind its control packet: of which cluster it is, which process, and with which number.
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                         "MRLV"                                |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |   Version: 2  |     Flags     |                               |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+                               +
///     |                       Cluster: 8 octets                       |
///     +                               +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                               |                               |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+                               +
///     |                      Instance: 8 octets                       |
///     +                               +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                               |                               |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+                               +
///     |                  Hardware address: 6 octets                   |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                       Number: 8 octets                        |
///     |                                                               |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |              Signature: 16 octets, if flag 1 is set           |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///
/// It is beyond the Length of the control packet, where RFC 5880 §6.8.6 has a receiver look at nothing; so the
/// previous version, which knows no trailer, takes the packet as it always did. The signature is over everything before
/// it, the control packet included.
package struct LivenessTrailer: Hashable, Sendable {
    package var cluster: ClusterIdentity
    /// Of the process; another one after each start.
    package var instance: UInt64
    /// Of the interface that the packet is sent from; zero if it has none.
    package var hardwareAddress: MACAddress
    /// Higher in each packet than in all before; see ``ReplayGuard``.
    package var number: UInt64
    package var signature: [UInt8]?

    package init(
        cluster: ClusterIdentity, instance: UInt64, hardwareAddress: MACAddress, number: UInt64,
        signature: [UInt8]? = nil
    ) {
        self.cluster = cluster
        self.instance = instance
        self.hardwareAddress = hardwareAddress
        self.number = number
        self.signature = signature
    }

    private static let magic: UInt32 = 0x4D52_4C56
    private static let version: UInt8 = 2
    private static let isSigned: UInt8 = 0x01

    /// Reads what follows the control packet; `nil` if that is no trailer: the previous version sends none.
    ///
    /// Flags that this version does not know, and octets behind the trailer, are ignored.
    init?(decoding reader: inout ByteReader) throws(DropReason) {
        do {
            guard reader.remaining >= 4, try reader.read(UInt32.self) == LivenessTrailer.magic else { return nil }
            guard try reader.read(UInt8.self) == LivenessTrailer.version else { throw DropReason.trailerMalformed }
            let flags: UInt8 = try reader.read()
            cluster = ClusterIdentity(rawValue: try reader.read())
            instance = try reader.read()
            hardwareAddress = MACAddress(
                truncatingIfNeeded: UInt64(try reader.read(UInt16.self)) << 32
                    | UInt64(try reader.read(UInt32.self)))
            number = try reader.read()
            signature =
                flags & LivenessTrailer.isSigned != 0
                ? try reader.readBytes(count: SigningKey.signatureLength) : nil
        } catch { throw .trailerMalformed }
    }

    /// Writes it without its signature.
    func encodeUnsigned(isSigned: Bool, into writer: inout ByteWriter) {
        writer.write(LivenessTrailer.magic)
        writer.write(LivenessTrailer.version)
        writer.write(isSigned ? LivenessTrailer.isSigned : 0)
        writer.write(cluster.rawValue)
        writer.write(instance)
        writer.write(bytes: hardwareAddress.octets)
        writer.write(number)
    }
}

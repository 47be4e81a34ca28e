import Addresses
import WireCodec
import WireIdentity

/// What follows a ``ClaimMark``: which cluster the speaker belongs to, a number that shows a frame to be new, and, with a
/// key, a signature.
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +---------------+---------------+-------------------------------+
///     |  version (2)  |     flags     |           cluster …           |
///     +---------------+---------------+-------------------------------+
///     |                           … cluster …                         |
///     +-------------------------------+-------------------------------+
///     |           … cluster           |            number …           |
///     +-------------------------------+-------------------------------+
///     |                           … number …                          |
///     +-------------------------------+-------------------------------+
///     |           … number            |   signature (16 octets) …     |
///     +-------------------------------+-------------------------------+
///
/// In ARP these 18 or 34 octets follow the mark, so frames are longer than the shortest. In neighbor discovery they are an
/// option of type 254, the second of those that RFC 4727 §4 leaves to experiments. Version 1 of Martlet has no
/// extension and ignores both.
package struct MarkExtension: Hashable, Sendable {
    package struct Flags: OptionSet, Hashable, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The number is the nonce of the challenge that this frame answers.
        package static let isEcho = Flags(rawValue: 1)
        /// The sender has spoken on this segment for a short time only (``ClaimPace/youth``).
        package static let isYoung = Flags(rawValue: 2)
        static let isSigned = Flags(rawValue: 0x80)
    }

    package var flags: Flags
    package var cluster: ClusterIdentity
    /// Of ``MessageNumbers``; in a challenge and in its answer the challenge's nonce.
    package var number: UInt64
    /// Absent without a key.
    package private(set) var signature: UInt128?

    /// The length in octets without a signature.
    package static let length = 18
    package static let signedLength = length + SigningKey.signatureLength
    private static let version: UInt8 = 2

    package init(cluster: ClusterIdentity, number: UInt64, flags: Flags = []) {
        self.cluster = cluster
        self.number = number
        self.flags = flags.subtracting(.isSigned)
    }

    package var isEcho: Bool { flags.contains(.isEcho) }

    /// Reads an extension; `nil` if there is none, or one of a version that is not known here.
    @_lifetime(reader: copy reader)
    init?(decoding reader: inout ByteReader) throws(DropReason) {
        guard reader.remaining >= MarkExtension.length else { return nil }
        let version = try reader.field(UInt8.self)
        flags = Flags(rawValue: try reader.field(UInt8.self))
        cluster = ClusterIdentity(rawValue: try reader.field(UInt64.self))
        number = try reader.field(UInt64.self)
        guard version == MarkExtension.version else { return nil }
        if flags.remove(.isSigned) != nil {
            guard reader.remaining >= SigningKey.signatureLength else { return nil }
            signature = try reader.field(UInt128.self)
        }
    }

    package func encode(into writer: inout ByteWriter) {
        encodeHead(isSigned: signature != nil, into: &writer)
        if let signature { writer.write(signature) }
    }

    private func encodeHead(isSigned: Bool, into writer: inout ByteWriter) {
        writer.write(MarkExtension.version)
        writer.write(flags.rawValue | (isSigned ? Flags.isSigned.rawValue : 0))
        writer.write(cluster.rawValue)
        writer.write(number)
    }

    // MARK: Signature

    /// Signs the extension together with its mark, and with what the frame says of itself: a signature moved to a frame
    /// about another address, from another MAC address, or of another kind is not valid there.
    package mutating func sign(
        _ mark: ClaimMark, of sighting: (kind: Sighting.Kind, address: IPAddress), from hardwareAddress: MACAddress,
        with key: SigningKey
    ) {
        let octets = key.signature(of: signedOctets(mark, sighting, hardwareAddress), for: .mark)
        signature = octets.reduce(0) { $0 << 8 | UInt128($1) }
    }

    package func isSigned(
        _ mark: ClaimMark, of sighting: (kind: Sighting.Kind, address: IPAddress), from hardwareAddress: MACAddress,
        with key: SigningKey
    ) -> Bool {
        guard let signature else { return false }
        let octets = (0..<SigningKey.signatureLength).map {
            UInt8(truncatingIfNeeded: signature >> UInt128(8 * (SigningKey.signatureLength - 1 - $0)))
        }
        return key.hasSigned(signedOctets(mark, sighting, hardwareAddress), for: .mark, with: octets)
    }

    private func signedOctets(
        _ mark: ClaimMark, _ sighting: (kind: Sighting.Kind, address: IPAddress), _ hardwareAddress: MACAddress
    ) -> [UInt8] {
        var writer = ByteWriter(reserving: 64)
        mark.encode(into: &writer)
        encodeHead(isSigned: true, into: &writer)
        writer.write(hardwareAddress)
        writer.write(sighting.kind == .probe ? 1 : 2 as UInt8)
        writer.write(bytes: sighting.address.octets)
        return writer.bytes
    }
}

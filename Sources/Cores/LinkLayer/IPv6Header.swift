import Addresses
import WireCodec

/// The fixed header of an IPv6 packet (RFC 8200 §3), 40 octets; traffic class and flow label are left zero and not read.
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-------+---------------+---------------------------------------+
///     |version| traffic class |              flow label               |
///     +-------+---------------+-------+---------------+---------------+
///     |         payload length        |  next header  |   hop limit   |
///     +-------------------------------+---------------+---------------+
///     |                        source (16 octets)                     |
///     +---------------------------------------------------------------+
///     |                     destination (16 octets)                   |
///     +---------------------------------------------------------------+
package struct IPv6Header: Hashable, Sendable {
    /// Octets after this header.
    package var payloadLength: UInt16
    package var nextHeader: UInt8
    package var hopLimit: UInt8
    package var source: IPv6Address
    package var destination: IPv6Address

    package static let length = 40

    package init(
        payloadLength: UInt16, nextHeader: UInt8, hopLimit: UInt8, source: IPv6Address, destination: IPv6Address
    ) {
        self.payloadLength = payloadLength
        self.nextHeader = nextHeader
        self.hopLimit = hopLimit
        self.source = source
        self.destination = destination
    }

    /// - Throws: ``DropReason/truncated``, ``DropReason/ipv6Version``.
    @_lifetime(reader: copy reader)
    package init(decoding reader: inout ByteReader) throws(DropReason) {
        // RFC 8200 §3: "Version: 4-bit Internet Protocol version number = 6."
        guard try reader.field(UInt32.self) >> 28 == 6 else { throw .ipv6Version }
        payloadLength = try reader.field()
        nextHeader = try reader.field()
        hopLimit = try reader.field()
        source = try reader.ipv6Address()
        destination = try reader.ipv6Address()
    }

    package func encode(into writer: inout ByteWriter) {
        writer.write(6 << 28 as UInt32)
        writer.write(payloadLength)
        writer.write(nextHeader)
        writer.write(hopLimit)
        writer.write(source.rawValue)
        writer.write(destination.rawValue)
    }

    /// The checksum of the pseudo-header that RFC 8200 §8.1 puts before an upper-layer packet.
    var pseudoHeaderChecksum: InternetChecksum {
        var checksum = InternetChecksum()
        checksum.add(source)
        checksum.add(destination)
        checksum.add(UInt32(payloadLength))
        checksum.add(UInt32(nextHeader))
        return checksum
    }
}

extension InternetChecksum {
    fileprivate mutating func add(_ address: IPv6Address) {
        for word in 0..<4 {
            add(UInt32(truncatingIfNeeded: address.rawValue >> UInt128(truncatingIfNeeded: 32 * word)))
        }
    }
}

import Addresses
import WireCodec

/// The header of an Ethernet II frame (RFC 894; RFC 2464 §3), 14 octets:
///
///      0      1      2      3      4      5
///     +------+------+------+------+------+------+
///     |               destination               |
///     +------+------+------+------+------+------+
///     |                  source                 |
///     +------+------+------+------+------+------+
///     |  EtherType  |
///     +------+------+
package struct EthernetHeader: Hashable, Sendable {
    package var destination: MACAddress
    package var source: MACAddress
    package var etherType: EtherType

    package static let length = 14

    package init(destination: MACAddress, source: MACAddress, etherType: EtherType) {
        self.destination = destination
        self.source = source
        self.etherType = etherType
    }

    /// Reads the header, and past a priority tag: IEEE 802.1Q §6.9: VLAN 0 is no VLAN, the frame counts as untagged.
    ///
    /// - Throws: ``DropReason/runt``, ``DropReason/vlanTagged``, ``DropReason/truncated``.
    @_lifetime(reader: copy reader)
    package init(decoding reader: inout ByteReader) throws(DropReason) {
        guard reader.remaining >= EthernetHeader.length else { throw .runt }
        destination = try reader.macAddress()
        source = try reader.macAddress()
        etherType = EtherType(rawValue: try reader.field())
        if etherType == .vlan {
            guard try reader.field(UInt16.self) & 0x0FFF == 0 else { throw .vlanTagged }
            etherType = EtherType(rawValue: try reader.field())
        }
        guard etherType != .vlan, etherType != .serviceVLAN else { throw .vlanTagged }
    }

    package func encode(into writer: inout ByteWriter) {
        writer.write(destination)
        writer.write(source)
        writer.write(etherType.rawValue)
    }
}

import Addresses
import WireCodec

/// An ARP packet for IPv4 over Ethernet (RFC 826, "Packet format"), 28 octets:
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-------------------------------+-------------------------------+
///     |       hardware type (1)       |     protocol type (0x0800)    |
///     +---------------+---------------+-------------------------------+
///     |  length (6)   |  length (4)   |           operation           |
///     +---------------+---------------+-------------------------------+
///     |                    sender hardware address                    |
///     |                               +-------------------------------+
///     |                               |    sender protocol address    |
///     +-------------------------------+-------------------------------+
///     |       (its second half)       |    target hardware address    |
///     +-------------------------------+                               |
///     |                                                               |
///     +---------------------------------------------------------------+
///     |                    target protocol address                    |
///     +---------------------------------------------------------------+
package struct ARPPacket: Hashable, Sendable {
    package struct Operation: RawRepresentable, Hashable, Sendable {
        package let rawValue: UInt16

        package init(rawValue: UInt16) { self.rawValue = rawValue }

        package static let request = Operation(rawValue: 1)  // RFC 826
        package static let reply = Operation(rawValue: 2)  // RFC 826
    }

    package var operation: Operation
    package var senderHardwareAddress: MACAddress
    /// RFC 5227 §1.1: 0.0.0.0 in a probe.
    package var senderProtocolAddress: IPv4Address
    package var targetHardwareAddress: MACAddress
    package var targetProtocolAddress: IPv4Address

    package static let length = 28

    package init(
        operation: Operation, senderHardwareAddress: MACAddress, senderProtocolAddress: IPv4Address,
        targetHardwareAddress: MACAddress, targetProtocolAddress: IPv4Address
    ) {
        self.operation = operation
        self.senderHardwareAddress = senderHardwareAddress
        self.senderProtocolAddress = senderProtocolAddress
        self.targetHardwareAddress = targetHardwareAddress
        self.targetProtocolAddress = targetProtocolAddress
    }

    /// RFC 5227 §1.1: an announcement is a request that asks for the sender's own address.
    package init(announcing address: IPv4Address, at hardwareAddress: MACAddress) {
        self.init(
            operation: .request, senderHardwareAddress: hardwareAddress, senderProtocolAddress: address,
            // RFC 5227 §2.3: as in a probe, whose target hardware address should be zero.
            targetHardwareAddress: .zero, targetProtocolAddress: address)
    }

    /// Reads a packet. What follows it is padding, which short Ethernet frames have.
    ///
    /// - Throws: ``DropReason/truncated``, ``DropReason/arpHardwareType``, ``DropReason/arpProtocolType``,
    ///   ``DropReason/arpAddressLength``.
    @_lifetime(reader: copy reader)
    package init(decoding reader: inout ByteReader) throws(DropReason) {
        // RFC 826, "Packet Reception": "Do I have the hardware type in ar$hrd?"
        guard try reader.field(UInt16.self) == 1 else { throw .arpHardwareType }
        // RFC 826: "Do I speak the protocol in ar$pro?"
        guard try reader.field(UInt16.self) == EtherType.ipv4.rawValue else { throw .arpProtocolType }
        // RFC 826: "[optionally check the hardware length ar$hln]", "[… the protocol length ar$pln]"
        guard try reader.field(UInt8.self) == 6, try reader.field(UInt8.self) == 4 else { throw .arpAddressLength }
        operation = Operation(rawValue: try reader.field())
        senderHardwareAddress = try reader.macAddress()
        senderProtocolAddress = try reader.ipv4Address()
        targetHardwareAddress = try reader.macAddress()
        targetProtocolAddress = try reader.ipv4Address()
    }

    package func encode(into writer: inout ByteWriter) {
        writer.write(1 as UInt16)
        writer.write(EtherType.ipv4.rawValue)
        writer.write(6 as UInt8)
        writer.write(4 as UInt8)
        writer.write(operation.rawValue)
        writer.write(senderHardwareAddress)
        writer.write(senderProtocolAddress.rawValue)
        writer.write(targetHardwareAddress)
        writer.write(targetProtocolAddress.rawValue)
    }

    /// Writes the whole frame, from the sender's MAC address to `destination`.
    package func encodeFrame(to destination: MACAddress, into writer: inout ByteWriter) {
        EthernetHeader(destination: destination, source: senderHardwareAddress, etherType: .arp).encode(into: &writer)
        encode(into: &writer)
    }
}

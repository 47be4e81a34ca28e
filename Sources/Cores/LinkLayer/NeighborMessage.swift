import Addresses
import WireCodec

/// What neighbor solicitations and advertisements have in common: their frames, their checks, their options.
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +---------------+---------------+-------------------------------+
///     |     type      |    code (0)   |           checksum            |
///     +-+-+-+---------+---------------+-------------------------------+
///     |R|S|O|                       reserved                          |   flags: in an advertisement
///     +-+-+-+---------------------------------------------------------+
///     |                        target (16 octets)                     |
///     +---------------+---------------+-------------------------------+
///     | option's type | length in 8 o.|  a link-layer address (6) …   |
///     +---------------+---------------+-------------------------------+
struct NeighborMessage: Hashable, Sendable {
    /// The 32 bits of flags and reserved bits.
    var flags: UInt32
    var target: IPv6Address
    /// The first option of the wanted type that has the length of an Ethernet address.
    var linkLayerAddress: MACAddress?
    /// The first option that is a speaker's mark.
    var mark: ClaimMark?
    /// The first option that extends a mark.
    var markExtension: MarkExtension?

    /// RFC 4861 §7.1: "ICMP length (derived from the IP length) is 24 or more octets."
    static let minimumLength = 24
    /// RFC 4861 §7.1: "The IP Hop Limit field has a value of 255, i.e., the packet could not possibly have been
    /// forwarded by a router."
    static let hopLimit: UInt8 = 255
    /// A mark as an option: type, length, the mark, and zeros up to a multiple of eight octets (RFC 4861 §4.6).
    private static let markOptionLength = 24
    /// The same for its extension, without and with a signature.
    private static let extensionOptionLengths = [24, 40]

    init(
        flags: UInt32, target: IPv6Address, linkLayerAddress: MACAddress?, mark: ClaimMark? = nil,
        markExtension: MarkExtension? = nil
    ) {
        self.flags = flags
        self.target = target
        self.linkLayerAddress = linkLayerAddress
        self.mark = mark
        self.markExtension = markExtension
    }

    private var extensionOptionLength: Int {
        guard let markExtension else { return 0 }
        return NeighborMessage.extensionOptionLengths[markExtension.signature == nil ? 0 : 1]
    }

    /// Reads a message of `type` from the ICMPv6 packet `payload`, with the checks that RFC 4861 §7.1.1 and §7.1.2 share.
    init(
        decoding payload: Span<UInt8>, under header: IPv6Header, type: UInt8, option: UInt8, otherwise other: DropReason
    ) throws(DropReason) {
        guard header.nextHeader == ProtocolNumber.icmpv6, payload.count > 0, payload[0] == type else { throw other }
        // RFC 4861 §7.1.1: hop limit 255.
        guard header.hopLimit == NeighborMessage.hopLimit else { throw .hopLimit }
        // RFC 4861 §7.1.1: 24 or more octets.
        guard payload.count >= NeighborMessage.minimumLength else { throw .tooShort }
        // RFC 4861 §7.1.1: "ICMP Checksum is valid."
        var checksum = header.pseudoHeaderChecksum
        checksum.add(payload)
        guard checksum.value == 0 else { throw .checksum }
        var reader = ByteReader(payload)
        try reader.skipField(count: 1)
        // RFC 4861 §7.1.1: "ICMP Code is 0."
        guard try reader.field(UInt8.self) == 0 else { throw .icmpCode }
        try reader.skipField(count: 2)
        flags = try reader.field()
        target = try reader.ipv6Address()
        // RFC 4861 §7.1.1: "Target Address is not a multicast address."
        guard !target.isMulticast else { throw .targetMulticast }
        // RFC 4291 §2.7: "Multicast addresses must not be used as source addresses in IPv6 packets."
        guard !header.source.isMulticast else { throw .sourceMulticast }
        linkLayerAddress = nil
        mark = nil
        markExtension = nil
        while !reader.isAtEnd {
            let type = try reader.field(UInt8.self)
            let length = Int(try reader.field(UInt8.self)) * 8
            // RFC 4861 §7.1.1: "All included options have a length that is greater than zero."
            guard length > 0 else { throw .optionLength }
            // RFC 4861 §4.6.1, RFC 2464 §6: on Ethernet, eight octets in all.
            if type == option, length == 8, linkLayerAddress == nil {
                linkLayerAddress = try reader.macAddress()
            } else if type == NeighborDiscoveryOption.experiment, length == NeighborMessage.markOptionLength,
                mark == nil
            {
                mark = try ClaimMark(decoding: &reader)
                try reader.skipField(count: length - 2 - ClaimMark.length)
            } else if type == NeighborDiscoveryOption.secondExperiment, markExtension == nil,
                NeighborMessage.extensionOptionLengths.contains(length)
            {
                let end = reader.remaining - (length - 2)
                guard end >= 0 else { throw .truncated }
                markExtension = try MarkExtension(decoding: &reader)
                // One without a signature in a longer option has more zeros; one that is longer than its option is none.
                guard reader.remaining >= end else { throw .optionLength }
                try reader.skipField(count: reader.remaining - end)
            } else {
                // RFC 4861 §7.1.1: other options must be ignored.
                try reader.skipField(count: length - 2)
            }
        }
    }

    /// Writes the whole frame.
    func encodeFrame(
        type: UInt8, option: UInt8, from source: (hardware: MACAddress, address: IPv6Address),
        to destination: (hardware: MACAddress, address: IPv6Address), into writer: inout ByteWriter
    ) {
        EthernetHeader(destination: destination.hardware, source: source.hardware, etherType: .ipv6)
            .encode(into: &writer)
        let optionsLength =
            (linkLayerAddress == nil ? 0 : 8) + (mark == nil ? 0 : NeighborMessage.markOptionLength)
            + extensionOptionLength
        let header = IPv6Header(
            payloadLength: UInt16(NeighborMessage.minimumLength + optionsLength),
            nextHeader: ProtocolNumber.icmpv6, hopLimit: NeighborMessage.hopLimit, source: source.address,
            destination: destination.address)
        header.encode(into: &writer)
        let start = writer.count
        writer.write(type)
        writer.write(0 as UInt8)
        writer.write(0 as UInt16)
        writer.write(flags)
        writer.write(target.rawValue)
        if let linkLayerAddress {
            writer.write(option)
            writer.write(1 as UInt8)
            writer.write(linkLayerAddress)
        }
        if let mark {
            writer.write(NeighborDiscoveryOption.experiment)
            writer.write(UInt8(NeighborMessage.markOptionLength / 8))
            mark.encode(into: &writer)
            writer.write(0 as UInt32)
        }
        if let markExtension {
            writer.write(NeighborDiscoveryOption.secondExperiment)
            writer.write(UInt8(extensionOptionLength / 8))
            markExtension.encode(into: &writer)
            writer.write(0 as UInt32)
        }
        var checksum = header.pseudoHeaderChecksum
        checksum.add(writer.bytes.span.extracting(droppingFirst: start))
        writer.overwrite(checksum.value, at: start + 2)
    }
}

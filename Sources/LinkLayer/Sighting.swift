import Addresses
import WireCodec

/// What one frame shows of who has, or wants, an address on the segment.
package struct Sighting: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// The sender asks whether anybody has the address, because it would have it itself.
        case probe
        /// The sender says that it has the address: it announces it, answers for it, or simply sends from it.
        case use
    }

    package var kind: Kind
    package var address: IPAddress
    /// Of whoever has the address, or wants it.
    package var hardwareAddress: MACAddress
    /// Absent where the sender is no speaker.
    package var mark: ClaimMark?

    package init(_ kind: Kind, _ address: IPAddress, by hardwareAddress: MACAddress, mark: ClaimMark? = nil) {
        self.kind = kind
        self.address = address
        self.hardwareAddress = hardwareAddress
        self.mark = mark
    }

    /// Reads a whole frame, as seen on the interface with this MAC address.
    package init(decoding frame: Span<UInt8>, on hardwareAddress: MACAddress) throws(DropReason) {
        var reader = ByteReader(frame)
        let header = try EthernetHeader(decoding: &reader)
        guard header.source != hardwareAddress else { throw .fromSelf }
        guard header.destination == hardwareAddress || header.destination.isMulticast else { throw .otherDestination }
        switch header.etherType {
        case .arp: try self.init(ARPPacket(decoding: &reader), &reader)
        case .ipv6:
            let ipv6Header = try IPv6Header(decoding: &reader)
            let length = Int(ipv6Header.payloadLength)
            // RFC 8200 §3: what is beyond the payload's length is padding of the frame; less is a cut frame.
            guard reader.remaining >= length else { throw .truncated }
            let payload = frame.extracting(reader.position..<reader.position + length)
            try self.init(payload, under: ipv6Header, from: header.source)
        default: throw .otherProtocol
        }
        guard self.hardwareAddress != hardwareAddress else { throw .fromSelf }
        guard !self.hardwareAddress.isMulticast, self.hardwareAddress != .zero else { throw .senderHardwareAddress }
    }

    @_lifetime(reader: copy reader)
    private init(_ packet: ARPPacket, _ reader: inout ByteReader) throws(DropReason) {
        let mark = reader.remaining >= ClaimMark.length ? try ClaimMark(decoding: &reader) : nil
        // RFC 5227 §1.1: a probe is a request whose sender protocol address is all zero.
        let isProbe = packet.operation == .request && packet.senderProtocolAddress == .unspecified
        self.init(
            isProbe ? .probe : .use,
            .v4(isProbe ? packet.targetProtocolAddress : packet.senderProtocolAddress),
            by: packet.senderHardwareAddress, mark: mark)
    }

    private init(_ payload: Span<UInt8>, under header: IPv6Header, from neighbor: MACAddress) throws(DropReason) {
        if payload.count > 0, payload[0] == ICMPv6Type.neighborAdvertisement {
            let advertisement = try NeighborAdvertisement(decoding: payload, under: header)
            self.init(
                .use, .v6(advertisement.target), by: advertisement.targetLinkLayerAddress ?? neighbor,
                mark: advertisement.mark)
        } else {
            let solicitation = try NeighborSolicitation(decoding: payload, under: header)
            // RFC 4862 §5.4.3: from the unspecified address, the sender wants the target for itself.
            let isProbe = header.source == .unspecified
            self.init(
                isProbe ? .probe : .use, .v6(isProbe ? solicitation.target : header.source),
                by: solicitation.sourceLinkLayerAddress ?? neighbor, mark: solicitation.mark)
        }
    }
}

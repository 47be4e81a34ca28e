import Addresses
import WireCodec

/// What one frame says of an address of its segment: an ARP packet, or a message of neighbor discovery.
package struct SegmentFrame: Hashable, Sendable {
    enum Content: Hashable, Sendable {
        case arp(ARPPacket, mark: ClaimMark?)
        case solicitation(NeighborSolicitation, from: IPv6Address)
        case advertisement(NeighborAdvertisement)
    }

    let content: Content
    /// Of the host that has, wants or asks for the address: as in the message, or else as in the frame.
    package let sender: MACAddress
    /// Sent to a group's MAC address.
    let isToAll: Bool
    /// Absent where there is no mark, and from speakers of the previous version.
    package let markExtension: MarkExtension?

    /// Reads a whole frame, as seen on the interface with this MAC address.
    package init(decoding frame: Span<UInt8>, on hardwareAddress: MACAddress) throws(DropReason) {
        var reader = ByteReader(frame)
        let header = try EthernetHeader(decoding: &reader)
        guard header.source != hardwareAddress else { throw .fromSelf }
        // What the interface's own filter lets through if no other program makes it promiscuous.
        guard header.destination == hardwareAddress || header.destination.isMulticast else { throw .otherDestination }
        isToAll = header.destination.isMulticast
        switch header.etherType {
        case .arp:
            let packet = try ARPPacket(decoding: &reader)
            let mark = reader.remaining >= ClaimMark.length ? try ClaimMark(decoding: &reader) : nil
            content = .arp(packet, mark: mark)
            markExtension = mark == nil ? nil : try MarkExtension(decoding: &reader)
            sender = packet.senderHardwareAddress
        case .ipv6:
            let ipv6Header = try IPv6Header(decoding: &reader)
            let length = Int(ipv6Header.payloadLength)
            // RFC 8200 §3: what is beyond the payload's length is padding of the frame; less is a cut frame.
            guard reader.remaining >= length else { throw .truncated }
            let payload = frame.extracting(reader.position..<reader.position + length)
            if payload.count > 0, payload[0] == ICMPv6Type.neighborAdvertisement {
                let advertisement = try NeighborAdvertisement(decoding: payload, under: ipv6Header)
                content = .advertisement(advertisement)
                markExtension = advertisement.mark == nil ? nil : advertisement.markExtension
                sender = advertisement.targetLinkLayerAddress ?? header.source
            } else {
                let solicitation = try NeighborSolicitation(decoding: payload, under: ipv6Header)
                content = .solicitation(solicitation, from: ipv6Header.source)
                markExtension = solicitation.mark == nil ? nil : solicitation.markExtension
                sender = solicitation.sourceLinkLayerAddress ?? header.source
            }
        default: throw .otherProtocol
        }
        guard sender != hardwareAddress else { throw .fromSelf }
        // RFC 1812 §3.3.2 forbids to believe that a MAC address is a group's (for neighbor discovery, RFC 4861 §7.2.3:
        // the message would put a group into a neighbor cache); nor is one zero.
        guard !sender.isMulticast, sender != .zero else { throw .senderHardwareAddress }
    }
}

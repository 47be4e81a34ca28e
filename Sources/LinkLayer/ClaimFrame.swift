import Addresses
import WireCodec

/// A frame by which a speaker asks for an address, claims it, or makes itself known.
package enum ClaimFrame: Hashable, Sendable {
    /// Asks whether anybody has the address, without saying that the sender does (RFC 5227 §2.1.1, RFC 4862 §5.4.2).
    case probe(IPAddress)
    /// Says that the address is here: to all, or to one neighbour alone.
    ///
    /// For IPv4 it is a request, not a reply: RFC 5227 §3 gives the reasons, of which the chief is that RFC 826 makes
    /// every receiver update its cache from a packet's sender before it looks at the operation, while replies that
    /// nobody asked for are what some equipment drops as forged.
    case claim(IPAddress, to: MACAddress?)
    /// Says so to who has probed for it.
    case answer(IPAddress, to: MACAddress)
    /// Names the sender by an address of its own, in a form that changes nobody's cache wrongly.
    case greeting(own: IPAddress)

    /// Writes the frame, from an interface with this MAC address. Without a mark it is what any host would send.
    package func encode(from hardwareAddress: MACAddress, mark: ClaimMark?, into writer: inout ByteWriter) {
        switch self {
        case .probe(.v4(let address)), .greeting(own: .v4(let address)):
            // RFC 5227 §2.1.1: the sender's address all zero, "to avoid polluting ARP caches in other hosts", and the
            // target's hardware address, which is ignored, all zero too.
            ClaimFrame.write(
                ARPPacket(
                    operation: .request, senderHardwareAddress: hardwareAddress,
                    senderProtocolAddress: .unspecified, targetHardwareAddress: .zero,
                    targetProtocolAddress: address), to: .broadcast, mark, into: &writer)
        case .claim(.v4(let address), let neighbor):
            ClaimFrame.write(
                ARPPacket(announcing: address, at: hardwareAddress), to: neighbor ?? .broadcast, mark, into: &writer)
        case .answer(.v4(let address), let neighbor):
            // RFC 826: swapped; the sender of a probe has no protocol address.
            ClaimFrame.write(
                ARPPacket(
                    operation: .reply, senderHardwareAddress: hardwareAddress, senderProtocolAddress: address,
                    targetHardwareAddress: neighbor, targetProtocolAddress: .unspecified), to: neighbor,
                mark, into: &writer)
        case .probe(.v6(let address)):
            // RFC 4862 §5.4.2: "… the IP source is set to the unspecified address, and the IP destination is set to the
            // solicited-node multicast address of the target address."
            NeighborSolicitation(target: address, sourceLinkLayerAddress: nil).encodeFrame(
                from: hardwareAddress, .unspecified, mark: mark, into: &writer)
        case .claim(.v6(let address), let neighbor):
            // RFC 4861 §7.2.6: to all nodes; RFC 6085: also in a frame that only one of them gets.
            ClaimFrame.write(address, hardwareAddress, to: neighbor, mark, into: &writer)
        case .answer(.v6(let address), _):
            // RFC 4861 §7.2.4: to all nodes, not solicited, where the source of the solicitation was unspecified.
            ClaimFrame.write(address, hardwareAddress, to: nil, mark, into: &writer)
        case .greeting(own: .v6(let address)):
            // Not a solicitation: its group would be this node's alone.
            ClaimFrame.write(address, hardwareAddress, to: nil, mark, into: &writer)
        }
    }

    private static func write(
        _ packet: ARPPacket, to destination: MACAddress, _ mark: ClaimMark?, into writer: inout ByteWriter
    ) {
        packet.encodeFrame(to: destination, into: &writer)
        mark?.encode(into: &writer)
    }

    private static func write(
        _ address: IPv6Address, _ hardwareAddress: MACAddress, to neighbor: MACAddress?, _ mark: ClaimMark?,
        into writer: inout ByteWriter
    ) {
        NeighborAdvertisement(announcing: address, at: hardwareAddress).encodeFrame(
            from: hardwareAddress, to: (neighbor ?? MACAddress(multicast: IPv6Address.allNodes), .allNodes),
            mark: mark, into: &writer)
    }
}

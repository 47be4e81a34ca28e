import Addresses
import WireCodec

/// A frame by which a speaker asks for an address, claims it, or makes itself known.
package enum ClaimFrame: Hashable, Sendable {
    /// Asks whether anybody has the address, without saying that the sender does (RFC 5227 §2.1.1, RFC 4862 §5.4.2).
    case probe(IPAddress)
    /// Says that the address is here: to all, or to one neighbor alone.
    ///
    /// For IPv4 it is a request, not a reply: RFC 5227 §3 gives the reasons, of which the chief is that RFC 826 makes
    /// every receiver update its cache from a packet's sender before it looks at the operation, while replies that
    /// unsolicited ones are what some equipment drops as forged.
    case claim(IPAddress, to: MACAddress?)
    /// Says so to who has probed for it.
    case answer(IPAddress, to: MACAddress)
    /// Names the sender by an address of its own, in a form that corrupts no cache.
    case greeting(own: IPAddress)
    /// Asks one speaker whether it has the address, in the form of a probe.
    case challenge(IPAddress, to: MACAddress)
    /// Says to who has asked by a challenge: I have it.
    case assent(IPAddress, to: MACAddress)
    /// Says to who has asked by a challenge: I do not have it. In the form of a probe, which changes no cache.
    case denial(IPAddress, to: MACAddress)

    /// What a receiver sees in the frame.
    package var sighting: (kind: Sighting.Kind, address: IPAddress) {
        switch self {
        case .probe(let address), .challenge(let address, _), .denial(let address, _): (.probe, address)
        case .claim(let address, _), .answer(let address, _), .assent(let address, _): (.use, address)
        // See below: it has the form of a probe in ARP, and of an advertisement in neighbor discovery.
        case .greeting(let own): (own.family == .ipv4 ? .probe : .use, own)
        }
    }

    /// Writes the frame, from an interface with this MAC address. Without a mark it is what any host would send; the mark's
    /// extension is left out without a mark.
    package func encode(
        from hardwareAddress: MACAddress, mark: ClaimMark?, markExtension: MarkExtension? = nil,
        into writer: inout ByteWriter
    ) {
        let mark = mark.map { ($0, markExtension) }
        switch self {
        case .probe(.v4(let address)), .greeting(own: .v4(let address)):
            ClaimFrame.writeProbe(for: address, from: hardwareAddress, to: .broadcast, mark, into: &writer)
        case .challenge(.v4(let address), let neighbor), .denial(.v4(let address), let neighbor):
            ClaimFrame.writeProbe(for: address, from: hardwareAddress, to: neighbor, mark, into: &writer)
        case .claim(.v4(let address), let neighbor):
            ClaimFrame.write(
                ARPPacket(announcing: address, at: hardwareAddress), to: neighbor ?? .broadcast, mark, into: &writer)
        case .answer(.v4(let address), let neighbor), .assent(.v4(let address), let neighbor):
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
                from: hardwareAddress, .unspecified, mark: mark?.0, markExtension: mark?.1, into: &writer)
        case .challenge(.v6(let address), let neighbor), .denial(.v6(let address), let neighbor):
            // RFC 6085: a packet to a group, in a frame that only one neighbor gets.
            NeighborSolicitation(target: address, sourceLinkLayerAddress: nil).encodeFrame(
                from: hardwareAddress, .unspecified, inFrameTo: neighbor, mark: mark?.0, markExtension: mark?.1,
                into: &writer)
        case .assent(.v6(let address), let neighbor):
            ClaimFrame.write(address, hardwareAddress, to: neighbor, mark, into: &writer)
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

    private typealias Mark = (mark: ClaimMark, extension: MarkExtension?)

    private static func writeProbe(
        for address: IPv4Address, from hardwareAddress: MACAddress, to destination: MACAddress, _ mark: Mark?,
        into writer: inout ByteWriter
    ) {
        // RFC 5227 §2.1.1: the sender's address all zero, "to avoid polluting ARP caches in other hosts", and the
        // target's hardware address, which is ignored, all zero too.
        write(
            ARPPacket(
                operation: .request, senderHardwareAddress: hardwareAddress, senderProtocolAddress: .unspecified,
                targetHardwareAddress: .zero, targetProtocolAddress: address), to: destination, mark, into: &writer)
    }

    private static func write(
        _ packet: ARPPacket, to destination: MACAddress, _ mark: Mark?, into writer: inout ByteWriter
    ) {
        packet.encodeFrame(to: destination, into: &writer)
        mark?.mark.encode(into: &writer)
        mark?.extension?.encode(into: &writer)
    }

    private static func write(
        _ address: IPv6Address, _ hardwareAddress: MACAddress, to neighbor: MACAddress?, _ mark: Mark?,
        into writer: inout ByteWriter
    ) {
        NeighborAdvertisement(announcing: address, at: hardwareAddress).encodeFrame(
            from: hardwareAddress, to: (neighbor ?? MACAddress(multicast: IPv6Address.allNodes), .allNodes),
            mark: mark?.mark, markExtension: mark?.extension, into: &writer)
    }
}

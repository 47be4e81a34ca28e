import Addresses
import WireCodec

/// The addresses that this node answers for on one interface, and the answers.
///
/// A `Responder` decides; it does not act. Give it a frame, and it writes the reply to send, or says why there is none:
///
///     reply.removeAll()
///     let outcome = responder.answer(frame, into: &reply)
///
/// An answer costs the same however many addresses there are, and nothing is allocated once `reply` has grown to the
/// length of a reply.
///
/// Standards: RFC 826 (packet reception), RFC 5227 §2.4–2.5 (answers to probes, what a conflict is), RFC 4861 §7.1.1 and
/// §7.2.3–7.2.4 (solicitations), RFC 4862 §5.4.3 (solicitations of who wants the address for itself).
package struct Responder: Hashable, Sendable {
    package enum Outcome: Hashable, Sendable {
        /// The reply was written; the frame asked for this address.
        case answered(IPAddress)
        /// Another host uses an address that is announced here. There is no reply: what to do about a conflict is not
        /// this type's to say.
        case conflict(IPAddress, with: MACAddress)
        case dropped(DropReason)
    }

    /// The interface's own.
    package var hardwareAddress: MACAddress
    private var ipv4: Set<IPv4Address> = []
    private var ipv6: Set<IPv6Address> = []

    package init(hardwareAddress: MACAddress) { self.hardwareAddress = hardwareAddress }

    package var count: Int { ipv4.count + ipv6.count }

    package func contains(_ address: IPAddress) -> Bool {
        switch address {
        case .v4(let address): ipv4.contains(address)
        case .v6(let address): ipv6.contains(address)
        }
    }

    /// Returns whether the address is new.
    @discardableResult package mutating func insert(_ address: IPAddress) -> Bool {
        switch address {
        case .v4(let address): ipv4.insert(address).inserted
        case .v6(let address): ipv6.insert(address).inserted
        }
    }

    /// Returns whether the address was there.
    @discardableResult package mutating func remove(_ address: IPAddress) -> Bool {
        switch address {
        case .v4(let address): ipv4.remove(address) != nil
        case .v6(let address): ipv6.remove(address) != nil
        }
    }

    /// Answers one frame, beginning with its Ethernet header. The reply is appended to `reply`.
    package func answer(_ frame: Span<UInt8>, into reply: inout ByteWriter) -> Outcome {
        do throws(DropReason) {
            return answer(try SegmentFrame(decoding: frame, on: hardwareAddress), into: &reply)
        } catch {
            return .dropped(error)
        }
    }

    /// Answers a frame that was read before. The reply is appended to `reply`.
    package func answer(_ frame: SegmentFrame, into reply: inout ByteWriter) -> Outcome {
        switch frame.content {
        case .arp(let packet, _): answer(packet, into: &reply)
        case .solicitation(let solicitation, let source):
            answer(solicitation, from: source, at: frame.sender, into: &reply)
        case .advertisement: .dropped(.notNeighborSolicitation)
        }
    }
}

// MARK: - ARP (RFC 826, "Packet Reception")
extension Responder {
    private func answer(_ packet: ARPPacket, into reply: inout ByteWriter) -> Outcome {
        // RFC 826: "Is the opcode ares_op$REQUEST?" — here before the rest: replies are not this type's affair.
        guard packet.operation == .request else { return .dropped(.arpNotRequest) }
        let sender = packet.senderHardwareAddress
        // RFC 5227 §2.4: any ARP packet whose sender protocol address is ours, from another MAC address.
        if ipv4.contains(packet.senderProtocolAddress) {
            return .conflict(.v4(packet.senderProtocolAddress), with: sender)
        }
        // RFC 826: "Am I the target protocol address?"
        guard ipv4.contains(packet.targetProtocolAddress) else { return .dropped(.notAnnounced) }
        // RFC 826: "Swap hardware and protocol fields, putting the local hardware and protocol addresses in the sender
        // fields." RFC 5227 §2.5: also for a probe, whose sender protocol address is zero.
        let answer = ARPPacket(
            operation: .reply, senderHardwareAddress: hardwareAddress,
            senderProtocolAddress: packet.targetProtocolAddress, targetHardwareAddress: sender,
            targetProtocolAddress: packet.senderProtocolAddress)
        answer.encodeFrame(to: sender, into: &reply)
        return .answered(.v4(packet.targetProtocolAddress))
    }
}

// MARK: - Neighbour discovery (RFC 4861 §7.2.3, §7.2.4)
extension Responder {
    private func answer(
        _ solicitation: NeighborSolicitation, from source: IPv6Address, at sender: MACAddress,
        into reply: inout ByteWriter
    ) -> Outcome {
        // RFC 4862 §5.4.4 speaks of advertisements; a packet that comes from our address shows the same.
        if ipv6.contains(source) { return .conflict(.v6(source), with: sender) }
        guard ipv6.contains(solicitation.target) else { return .dropped(.notAnnounced) }
        let isUnspecified = source == .unspecified
        let advertisement = NeighborAdvertisement(
            // RFC 4861 §7.2.4: solicited is one if the source is specified, zero if the answer goes to all nodes.
            isSolicited: !isUnspecified,
            // RFC 4861 §7.2.4: neither anycast nor proxied, and the link-layer address is given: override is one.
            isOverride: true, target: solicitation.target,
            // RFC 4861 §7.2.4: must be given to who asked by multicast, may be given to who asked by unicast.
            targetLinkLayerAddress: hardwareAddress)
        advertisement.encodeFrame(
            from: hardwareAddress,
            // RFC 4861 §7.2.4: "If the source … is the unspecified address, the node MUST … multicast the advertisement
            // to the all-nodes address."
            to: isUnspecified ? (MACAddress(multicast: IPv6Address.allNodes), .allNodes) : (sender, source),
            into: &reply)
        return .answered(.v6(solicitation.target))
    }
}

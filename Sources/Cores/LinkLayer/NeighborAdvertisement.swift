import Addresses
import WireCodec

/// A neighbor advertisement: `target` is at this MAC address. (RFC 4861 §4.4; the wire form is drawn at
/// ``NeighborMessage``)
package struct NeighborAdvertisement: Hashable, Sendable {
    package var isRouter: Bool
    /// It answers a solicitation from one neighbor.
    package var isSolicited: Bool
    /// It replaces what the neighbor has in its cache.
    package var isOverride: Bool
    package var target: IPv6Address
    package var targetLinkLayerAddress: MACAddress?
    /// The mark of a speaker, if one has sent this.
    package private(set) var mark: ClaimMark?
    package private(set) var markExtension: MarkExtension?

    package init(
        isRouter: Bool = false, isSolicited: Bool, isOverride: Bool, target: IPv6Address,
        targetLinkLayerAddress: MACAddress?
    ) {
        self.isRouter = isRouter
        self.isSolicited = isSolicited
        self.isOverride = isOverride
        self.target = target
        self.targetLinkLayerAddress = targetLinkLayerAddress
    }

    /// What says unasked that an address is here (RFC 4861 §7.2.6).
    ///
    /// The router flag stays clear also on nodes that forward: the address is a Service's, not a default router's.
    package init(announcing address: IPv6Address, at hardwareAddress: MACAddress) {
        self.init(
            // RFC 4861 §7.2.6: "the Solicited flag MUST be set to zero"; §4.4: it must not be set in multicast ones.
            isSolicited: false,
            // RFC 4861 §7.2.6: "… MAY set the Override flag to … one": the address is moving, old entries must go.
            isOverride: true, target: address, targetLinkLayerAddress: hardwareAddress)
    }

    /// Reads the ICMPv6 packet that follows `header`, with every check of RFC 4861 §7.1.2.
    package init(decoding payload: Span<UInt8>, under header: IPv6Header) throws(DropReason) {
        let message = try NeighborMessage(
            decoding: payload, under: header, type: ICMPv6Type.neighborAdvertisement,
            option: NeighborDiscoveryOption.targetLinkLayerAddress, otherwise: .notNeighborAdvertisement)
        isRouter = message.flags >> 31 & 1 == 1
        isSolicited = message.flags >> 30 & 1 == 1
        isOverride = message.flags >> 29 & 1 == 1
        target = message.target
        targetLinkLayerAddress = message.linkLayerAddress
        mark = message.mark
        markExtension = message.markExtension
        // RFC 4861 §7.1.2: "If the IP Destination Address is a multicast address the Solicited flag is zero."
        guard !(isSolicited && header.destination.isMulticast) else { throw .solicitedMulticast }
    }

    /// Writes a whole frame. Its source is the target itself, which is this node's address as long as it announces it.
    package func encodeFrame(
        from hardware: MACAddress, to destination: (hardware: MACAddress, address: IPv6Address),
        mark: ClaimMark? = nil, markExtension: MarkExtension? = nil, into writer: inout ByteWriter
    ) {
        let flags =
            UInt32(isRouter ? 1 : 0) << 31 | UInt32(isSolicited ? 1 : 0) << 30 | UInt32(isOverride ? 1 : 0) << 29
        NeighborMessage(
            flags: flags, target: target, linkLayerAddress: targetLinkLayerAddress, mark: mark,
            markExtension: markExtension
        ).encodeFrame(
            type: ICMPv6Type.neighborAdvertisement, option: NeighborDiscoveryOption.targetLinkLayerAddress,
            from: (hardware, target), to: destination, into: &writer)
    }
}

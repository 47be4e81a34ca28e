import Addresses
import WireCodec

/// A neighbor solicitation: who has `target`? (RFC 4861 §4.3; the wire form is drawn at ``NeighborMessage``)
package struct NeighborSolicitation: Hashable, Sendable {
    package var target: IPv6Address
    /// Where to answer; absent where the source is unspecified.
    package var sourceLinkLayerAddress: MACAddress?
    /// The mark of a speaker, if one has sent this.
    package private(set) var mark: ClaimMark?
    package private(set) var markExtension: MarkExtension?

    package init(target: IPv6Address, sourceLinkLayerAddress: MACAddress?) {
        self.target = target
        self.sourceLinkLayerAddress = sourceLinkLayerAddress
    }

    /// Reads the ICMPv6 packet that follows `header`, with every check of RFC 4861 §7.1.1.
    package init(decoding payload: Span<UInt8>, under header: IPv6Header) throws(DropReason) {
        let message = try NeighborMessage(
            decoding: payload, under: header, type: ICMPv6Type.neighborSolicitation,
            option: NeighborDiscoveryOption.sourceLinkLayerAddress, otherwise: .notNeighborSolicitation)
        target = message.target
        sourceLinkLayerAddress = message.linkLayerAddress
        mark = message.mark
        markExtension = message.markExtension
        if header.source == .unspecified {
            // RFC 4861 §7.1.1: "If the IP source address is the unspecified address, the IP destination address is a
            // solicited-node multicast address."
            guard header.destination.isSolicitedNodeMulticast else { throw .unspecifiedSourceDestination }
            // RFC 4861 §7.1.1: "… there is no source link-layer address option in the message."
            guard sourceLinkLayerAddress == nil else { throw .unspecifiedSourceOption }
        }
    }

    /// Writes a whole frame that asks the target's solicited-node group (RFC 4861 §7.2.2), or, with a destination, one
    /// neighbor alone (RFC 4861 §7.3.3).
    ///
    /// - Parameter receiver: where the group is asked, the one neighbor that gets the frame; `nil`: all of the group.
    package func encodeFrame(
        from hardware: MACAddress, _ source: IPv6Address, to neighbor: MACAddress? = nil,
        inFrameTo receiver: MACAddress? = nil,
        mark: ClaimMark? = nil, markExtension: MarkExtension? = nil, into writer: inout ByteWriter
    ) {
        let group = target.solicitedNodeMulticast
        NeighborMessage(
            flags: 0, target: target, linkLayerAddress: sourceLinkLayerAddress, mark: mark, markExtension: markExtension
        ).encodeFrame(
            type: ICMPv6Type.neighborSolicitation, option: NeighborDiscoveryOption.sourceLinkLayerAddress,
            from: (hardware, source),
            to: neighbor.map { ($0, target) } ?? (receiver ?? MACAddress(multicast: group), group), into: &writer)
    }
}

extension IPv6Address {
    /// RFC 4291 §2.7.1: ff02::1:ff00:0/104.
    var isSolicitedNodeMulticast: Bool {
        rawValue >> 24 == IPv6Address.unspecified.solicitedNodeMulticast.rawValue >> 24
    }
}

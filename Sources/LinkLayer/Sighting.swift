import Addresses

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
        self.init(try SegmentFrame(decoding: frame, on: hardwareAddress))
    }

    package init(_ frame: SegmentFrame) {
        switch frame.content {
        case .arp(let packet, let mark):
            // RFC 5227 §1.1: a probe is a request whose sender protocol address is all zero.
            let isProbe = packet.operation == .request && packet.senderProtocolAddress == .unspecified
            self.init(
                isProbe ? .probe : .use,
                .v4(isProbe ? packet.targetProtocolAddress : packet.senderProtocolAddress), by: frame.sender, mark: mark
            )
        case .solicitation(let solicitation, let source):
            // RFC 4862 §5.4.3: from the unspecified address, the sender wants the target for itself.
            let isProbe = source == .unspecified
            self.init(
                isProbe ? .probe : .use, .v6(isProbe ? solicitation.target : source), by: frame.sender,
                mark: solicitation.mark)
        case .advertisement(let advertisement):
            self.init(.use, .v6(advertisement.target), by: frame.sender, mark: advertisement.mark)
        }
    }
}

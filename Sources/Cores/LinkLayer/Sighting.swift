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
    /// Of the host that has the address, or wants it.
    package var hardwareAddress: MACAddress
    /// Absent where the sender is not a speaker.
    package var mark: ClaimMark?
    /// Absent where there is no mark, and from speakers of the previous version.
    package var markExtension: MarkExtension?
    /// Of a use: the sender answers a question, as opposed to an unsolicited announcement. An advertisement, which
    /// may be either, counts as an answer.
    package var isAnswer = false
    /// What is known of a sender that is not a speaker of ours.
    package var origin = ClaimStranger.Origin.host

    package init(
        _ kind: Kind, _ address: IPAddress, by hardwareAddress: MACAddress, mark: ClaimMark? = nil,
        markExtension: MarkExtension? = nil, isAnswer: Bool = false
    ) {
        self.kind = kind
        self.address = address
        self.hardwareAddress = hardwareAddress
        self.mark = mark
        self.markExtension = markExtension
        self.isAnswer = isAnswer
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
                .v4(isProbe ? packet.targetProtocolAddress : packet.senderProtocolAddress), by: frame.sender,
                mark: mark,
                markExtension: frame.markExtension, isAnswer: packet.operation == .reply && !frame.isToAll)
        case .solicitation(let solicitation, let source):
            // RFC 4862 §5.4.3: from the unspecified address, the sender wants the target for itself.
            let isProbe = source == .unspecified
            self.init(
                isProbe ? .probe : .use, .v6(isProbe ? solicitation.target : source), by: frame.sender,
                mark: solicitation.mark, markExtension: frame.markExtension)
        case .advertisement(let advertisement):
            self.init(
                .use, .v6(advertisement.target), by: frame.sender, mark: advertisement.mark,
                markExtension: frame.markExtension, isAnswer: true)
        }
    }
}

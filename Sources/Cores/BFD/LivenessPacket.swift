import WireCodec
import WireIdentity

/// What one datagram to a segment's group says: a control packet, and behind it who sends it.
package struct LivenessPacket: Hashable, Sendable {
    package var control: ControlPacket
    /// `nil`: the previous version sent it.
    package var trailer: LivenessTrailer?
    /// What the signature is over, as it came; empty without one.
    private var signedOctets: [UInt8] = []

    package init(_ control: ControlPacket, trailer: LivenessTrailer? = nil) {
        self.control = control
        self.trailer = trailer
        if trailer?.signature != nil { signedOctets = octetsToSign }
    }

    /// Reads the payload of one datagram.
    package init(decoding octets: Span<UInt8>) throws(DropReason) {
        var reader = ByteReader(octets)
        control = try ControlPacket(decoding: &reader)
        let before = reader.remaining
        // Wherever the control packet ends, by its own account.
        trailer = try LivenessTrailer(decoding: &reader)
        guard trailer?.signature != nil else { return }
        let end = octets.count - before + LivenessPacket.trailerLength
        signedOctets = (0..<end).map { octets[$0] }
    }

    /// Of a trailer without its signature.
    private static let trailerLength = 36

    /// The packet with its trailer signed.
    package func signed(with key: SigningKey) -> LivenessPacket {
        guard let trailer else { return self }
        var packet = self
        packet.signedOctets = octetsToSign
        packet.trailer = trailer
        packet.trailer?.signature = key.signature(of: packet.signedOctets, for: .liveness)
        return packet
    }

    /// Whether its signature is this key's.
    package func isSigned(with key: SigningKey) -> Bool {
        guard let signature = trailer?.signature else { return false }
        return key.hasSigned(signedOctets, for: .liveness, with: signature)
    }

    package func encode(into writer: inout ByteWriter) {
        control.encode(into: &writer)
        trailer?.encodeUnsigned(isSigned: trailer?.signature != nil, into: &writer)
        if let signature = trailer?.signature { writer.write(bytes: signature) }
    }

    private var octetsToSign: [UInt8] {
        var writer = ByteWriter(reserving: 96)
        control.encode(into: &writer)
        trailer?.encodeUnsigned(isSigned: true, into: &writer)
        return writer.bytes
    }
}

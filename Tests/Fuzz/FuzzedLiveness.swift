import Addresses
import BFD
import LinkLayer
import Timing
import WireCodec

/// What octets do to the states that liveness, BFD and the search for routers keep.
enum FuzzedLiveness {
    /// A BFD session with a router: packets and deadlines, in whatever order.
    static func holdSession(_ octets: [UInt8]) {
        var input = FuzzInput(octets)
        var generator = FuzzGenerator()
        var now = Instant.zero
        let isSigned = input.next() & 1 == 1
        var session = BFD.Session(
            SessionConfiguration(
                localDiscriminator: 1, authentication: isSigned ? AuthenticationKey(keyID: 7, secret: [1, 2, 3]) : nil),
            at: now, using: &generator)
        while !input.isAtEnd {
            let choice = input.next()
            now = now.advanced(by: .milliseconds(Int64(choice >> 3) * 10))
            switch choice & 7 {
            case 0...4:
                let octets = input.block()
                var reader = ByteReader(octets.span)
                guard let packet = try? ControlPacket(decoding: &reader) else { continue }
                _ = session.handle(
                    .received(packet, hopLimit: choice & 7 == 4 ? 254 : 255), at: now, using: &generator)
            case 5: _ = session.handle(.administrativelyDisabled, at: now, using: &generator)
            case 6: _ = session.handle(.administrativelyEnabled, at: now, using: &generator)
            default: break
            }
            if let due = session.nextDeadline, due <= now {
                _ = session.handle(.deadlineReached, at: now, using: &generator)
            }
            // RFC 5880 §6.8.7 and §6.8.4: neither is zero, or it would send and expect without a pause.
            demand(session.transmitInterval > .zero, "it sends without a pause")
        }
    }

    /// Router advertisements and solicitations, and the router that comes of them.
    static func findRouter(_ octets: [UInt8]) {
        var input = FuzzInput(octets)
        var generator = FuzzGenerator()
        var now = Instant.zero
        var discovery = RouterDiscovery(at: now)
        while !input.isAtEnd {
            let choice = input.next()
            let source = IPv6Address(rawValue: 0xFE80 << 112 | UInt128(choice & 0x1F))
            now = now.advanced(by: .seconds(Int64(choice >> 5)))
            let payload = input.block()
            if let message = try? RouterMessage(decoding: payload.span, from: .v6(source), hopLimit: 255) {
                _ = discovery.handle(.received(message, from: source), at: now, using: &generator)
            }
            for _ in 0..<100 {
                guard let due = discovery.nextDeadline, due <= now else { break }
                _ = discovery.handle(.deadlineReached, at: now, using: &generator)
            }
            demand(discovery.nextDeadline.map { $0 > now } ?? true, "it is never done")
        }
    }

    /// Multipoint BFD: packets of nodes that there are and that there are not, with and without a key.
    static func watchSegment(_ octets: [UInt8]) {
        var input = FuzzInput(octets)
        var generator = FuzzGenerator()
        var now = Instant.zero
        let isSigned = input.next() & 1 == 1
        var segment = Segment(
            node: "n0", identities: NodeIdentities(["n0", "n1", "n2"]), families: [.ipv4],
            configuration: SegmentConfiguration(
                key: isSigned ? AuthenticationKey(keyID: 7, secret: [1, 2, 3]) : nil), at: now)
        while !input.isAtEnd {
            let choice = input.next()
            now = now.advanced(by: .milliseconds(Int64(choice >> 3) * 5))
            let source = IPAddress.v4(IPv4Address(192, 0, 2, input.next() & 0x0F))
            let octets = input.block()
            if var packet = try? LivenessPacket(decoding: octets.span) {
                // Discriminators are derived from names; chance would not find them.
                let names = ["n0", "n1", "n2"]
                if let number = NodeIdentities(names).discriminator(of: names[Int(choice) & 7 % 3]) {
                    packet.control.myDiscriminator = number
                }
                _ = segment.handle(.received(packet, from: source, hopLimit: 255), at: now, using: &generator)
            }
            if let due = segment.nextDeadline, due <= now {
                _ = segment.handle(.deadlineReached, at: now, using: &generator)
            }
            demand(segment.members.count <= 2, "more members than nodes")
        }
    }
}

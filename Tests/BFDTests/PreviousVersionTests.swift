import Addresses
import BFD
import Testing
import Timing
import WireCodec
import WireIdentity

/// Liveness packets of version 1, the one without cluster identity, captured on a segment of two nodes that it ran on.
@Suite("Liveness packets of the previous version") struct PreviousVersionTests {
    /// The node, its state, and the content of the UDP packet.
    private static let captures: [(node: String, state: SessionState, octets: [UInt8])] = [
        (
            "n2", .up,
            octets(
                "20 c3 05 18"  // version 1; Up, demand, multipoint; multiplier 5; 24 octets
                    + "0735e0b9 00000000"  // the node's discriminator
                    + "0000c350 00000000 00000000")  // every 50 ms
        ),
        ("n1", .up, octets("20 c3 05 18 0435dc00 00000000 0000c350 00000000 00000000")),
        // With the diagnostic "administratively down".
        ("n1", .adminDown, octets("27 03 05 18 0435dc00 00000000 0000c350 00000000 00000000")),
    ]

    private static func source(_ node: String) -> IPAddress { .v4(IPv4Address(192, 0, 2, node == "n1" ? 11 : 12)) }

    @Test("They are read, and make a node a member; its farewell is one") func read() throws {
        for capture in Self.captures {
            let packet = try LivenessPacket(decoding: capture.octets.span)
            #expect(packet.trailer == nil && packet.control.state == capture.state)
            #expect(packet.control.myDiscriminator == SegmentIdentityTests.identities.discriminator(of: capture.node))
            #expect(packet.control.desiredMinTxInterval == .milliseconds(50) && packet.control.detectMultiplier == 5)
        }
        var subject = SegmentIdentityTests.Subject()
        let octets = Self.captures[0].octets
        subject.hear(try LivenessPacket(decoding: octets.span), from: Self.source("n2"))
        #expect(subject.segment.upNodes == ["n2"])
    }

    @Test("What this version sends, signed or not, begins with the octets of version 1")
    func written() throws {
        for secret in [nil, "secret"] {
            var subject = SegmentIdentityTests.Subject(SegmentIdentityTests.credentials(secret))
            func sent(_ actions: [Segment.Action]) throws -> [[UInt8]] {
                try actions.compactMap { if case .send(let packet, _) = $0 { packet } else { nil } }.map { packet in
                    let trailer = try #require(packet.trailer)
                    #expect((trailer.signature != nil) == (secret != nil))
                    var writer = ByteWriter()
                    packet.encode(into: &writer)
                    return Array(writer.bytes.prefix(24))
                }
            }
            // RFC 8562 §5.4: a head begins with Down; what follows is the same.
            subject.pass(.seconds(3))
            let up = try #require(try sent(subject.pass(.milliseconds(200))).first)
            #expect(up == Self.captures[1].octets)
            let farewell = try sent(subject.handle(.leave) + subject.pass(.milliseconds(200)))
            #expect(!farewell.isEmpty && farewell.allSatisfy { $0 == Self.captures[2].octets })
        }
    }
}

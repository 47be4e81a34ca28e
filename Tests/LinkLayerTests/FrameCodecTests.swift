import Addresses
import LinkLayer
import Testing
import WireCodec

@Suite struct FrameCodecTests {
    @Test("The captured frames are all here")
    func fixtureCount() {
        #expect(Captured.arp.count == 5)
        #expect(Captured.solicitations.count == 4)
        #expect(Captured.advertisements.count == 3)
        for frame in Captured.arp { #expect(frame.octets.count == 42, "\(frame.name)") }
        for frame in Captured.solicitations { #expect(frame.octets.count == 86, "\(frame.name)") }
        #expect(Captured.advertisements.map(\.octets.count) == [86, 86, 78])
    }

    @Test("A captured ARP frame, read and written again, is the same", arguments: Captured.arp)
    func arpRoundTrip(frame: CapturedFrame) throws {
        let octets = frame.octets
        var reader = ByteReader(octets.span)
        let header = try EthernetHeader(decoding: &reader)
        let packet = try ARPPacket(decoding: &reader)
        let rest = reader.remaining
        #expect(rest == 0)
        #expect(header.etherType == .arp)
        var writer = ByteWriter()
        packet.encodeFrame(to: header.destination, into: &writer)
        #expect(hex(writer.bytes) == hex(octets))
    }

    @Test("The fields of an ARP reply are where they belong")
    func arpFields() throws {
        let octets = Captured.linuxReply.octets
        var reader = ByteReader(octets.span)
        let header = try EthernetHeader(decoding: &reader)
        #expect(header == EthernetHeader(destination: .a, source: .b, etherType: .arp))
        let packet = try ARPPacket(decoding: &reader)
        let expected = try ARPPacket(
            operation: .reply, senderHardwareAddress: .b, senderProtocolAddress: IPv4Address("192.0.2.11"),
            targetHardwareAddress: .a, targetProtocolAddress: IPv4Address("192.0.2.10"))
        #expect(packet == expected)
    }

    @Test("A captured solicitation, read and written again, is the same but for the flow label")
    func solicitationRoundTrip() throws {
        for frame in [Captured.linuxSolicitation, Captured.linuxUnicastSolicitation] {
            let (ethernet, header, payload) = try decodeIPv6(frame.octets)
            let message = try NeighborSolicitation(decoding: payload.span, under: header)
            var writer = ByteWriter()
            message.encodeFrame(
                from: ethernet.source, header.source, to: header.destination.isMulticast ? nil : ethernet.destination,
                into: &writer)
            #expect(hex(writer.bytes) == hex(frame.octets), "\(frame.name)")
        }
    }

    @Test("The fields of captured solicitations are where they belong")
    func solicitationFields() throws {
        let target = try IPv6Address("2001:db8::b")
        var (_, header, payload) = try decodeIPv6(Captured.ndisc6Solicitation.octets)
        var message = try NeighborSolicitation(decoding: payload.span, under: header)
        #expect(message == NeighborSolicitation(target: target, sourceLinkLayerAddress: .a))
        #expect(header.destination == target.solicitedNodeMulticast)
        (_, header, payload) = try decodeIPv6(Captured.linuxDuplicateDetection.octets)
        message = try NeighborSolicitation(decoding: payload.span, under: header)
        #expect(message == NeighborSolicitation(target: target, sourceLinkLayerAddress: nil))
        #expect(header.source == .unspecified)
    }

    @Test("A captured advertisement, read and written again, is the same", arguments: Captured.advertisements)
    func advertisementRoundTrip(frame: CapturedFrame) throws {
        let (ethernet, header, payload) = try decodeIPv6(frame.octets)
        let message = try NeighborAdvertisement(decoding: payload.span, under: header)
        var writer = ByteWriter()
        message.encodeFrame(
            from: ethernet.source, to: (ethernet.destination, header.destination), into: &writer)
        #expect(hex(writer.bytes) == hex(frame.octets))
    }

    @Test("The flags of captured advertisements are told apart")
    func advertisementFlags() throws {
        func message(_ frame: CapturedFrame) throws -> NeighborAdvertisement {
            let (_, header, payload) = try decodeIPv6(frame.octets)
            return try NeighborAdvertisement(decoding: payload.span, under: header)
        }
        let answer = try message(Captured.linuxAdvertisement)
        #expect(answer.isSolicited && answer.isOverride && !answer.isRouter)
        #expect(answer.targetLinkLayerAddress == .b)
        let confirmation = try message(Captured.linuxUnicastAdvertisement)
        #expect(confirmation.isSolicited && !confirmation.isOverride && !confirmation.isRouter)
        #expect(confirmation.targetLinkLayerAddress == nil)
    }

    @Test("Each flag of an advertisement has its own bit", arguments: 0..<8)
    func advertisementFlagBits(bits: Int) throws {
        let target = try IPv6Address("2001:db8::b")
        let sent = NeighborAdvertisement(
            isRouter: bits & 4 != 0, isSolicited: bits & 2 != 0, isOverride: bits & 1 != 0, target: target,
            targetLinkLayerAddress: .b)
        var writer = ByteWriter()
        sent.encodeFrame(from: .b, to: (.a, try IPv6Address("fe80::a")), into: &writer)
        #expect(writer.bytes[58] == UInt8(bits << 5))
        let (_, header, payload) = try decodeIPv6(writer.bytes)
        #expect(try NeighborAdvertisement(decoding: payload.span, under: header) == sent)
    }

    @Test("An advertisement that says it was asked for, but goes to all, is rejected")
    func solicitedMulticast() throws {
        var writer = ByteWriter()
        let target = try IPv6Address("2001:db8::b")
        NeighborAdvertisement(isSolicited: true, isOverride: true, target: target, targetLinkLayerAddress: .b)
            .encodeFrame(from: .b, to: (MACAddress(multicast: IPv6Address.allNodes), .allNodes), into: &writer)
        let (_, header, payload) = try decodeIPv6(writer.bytes)
        #expect(throws: DropReason.solicitedMulticast) {
            try NeighborAdvertisement(decoding: payload.span, under: header)
        }
    }

    @Test("A solicitation is no advertisement, and the other way round")
    func wrongType() throws {
        let (_, header, payload) = try decodeIPv6(Captured.linuxSolicitation.octets)
        #expect(throws: DropReason.notNeighborAdvertisement) {
            try NeighborAdvertisement(decoding: payload.span, under: header)
        }
        let (_, otherHeader, otherPayload) = try decodeIPv6(Captured.linuxAdvertisement.octets)
        #expect(throws: DropReason.notNeighborSolicitation) {
            try NeighborSolicitation(decoding: otherPayload.span, under: otherHeader)
        }
    }

    @Test("An IPv4 address is announced by a request from everywhere's point of view")
    func announcementOverARP() throws {
        var writer = ByteWriter()
        ClaimFrame.claim(try IPAddress("192.0.2.10"), to: nil).encode(from: .a, mark: nil, into: &writer)
        // As arping -U, but with the zero target that RFC 5227 asks for.
        let expected = octets(
            "ffffffffffff 02000000000a 0806 0001 0800 06 04 0001 02000000000a c000020a 000000000000 c000020a")
        #expect(hex(writer.bytes) == hex(expected))
    }

    @Test("An IPv6 address is announced to all nodes, unsolicited, overriding")
    func announcementOverNDP() throws {
        var writer = ByteWriter()
        ClaimFrame.claim(try IPAddress("2001:db8::b"), to: nil).encode(from: .b, mark: nil, into: &writer)
        let (ethernet, header, payload) = try decodeIPv6(writer.bytes)
        #expect(ethernet.destination.description == "33:33:00:00:00:01")
        #expect(header.source.description == "2001:db8::b")
        #expect(header.destination == .allNodes)
        #expect(header.hopLimit == 255)
        let message = try NeighborAdvertisement(decoding: payload.span, under: header)
        #expect(!message.isSolicited && message.isOverride && !message.isRouter)
        #expect(message.targetLinkLayerAddress == .b)
    }

    @Test("The label of a drop reason is lower case with underscores, and its own")
    func dropReasonLabels() {
        let labels = DropReason.allCases.map(\.rawValue)
        #expect(Set(labels).count == labels.count)
        for label in labels { #expect(label.allSatisfy { $0.isLowercase || $0 == "_" || $0.isNumber }, "\(label)") }
    }
}

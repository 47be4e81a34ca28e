import Addresses
import LinkLayer
import TestSupport
import Testing
import WireCodec

@Suite struct ResponderTests {
    /// What Linux answers for on `b`, plus an address that no captured frame asks for.
    static func makeResponder() throws -> Responder {
        var responder = Responder(hardwareAddress: .b)
        responder.insert(try IPAddress("192.0.2.11"))
        responder.insert(try IPAddress("2001:db8::b"))
        responder.insert(try IPAddress("192.0.2.200"))
        return responder
    }

    @Test(
        "The answer is the one that Linux gives, octet for octet",
        arguments: [
            (Captured.arpingRequest, Captured.linuxReply),
            (Captured.ndisc6Solicitation, Captured.linuxAdvertisementToLinkLocal),
            (Captured.linuxSolicitation, Captured.linuxAdvertisement),
        ])
    func sameAsLinux(request: CapturedFrame, reply: CapturedFrame) throws {
        let (outcome, answer) = try ResponderTests.makeResponder().answer(request.octets)
        guard case .answered = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(hex(answer) == hex(reply.octets))
    }

    @Test("Who probes before taking the address is answered, at no address (RFC 5227 §2.5)")
    func probe() throws {
        var responder = Responder(hardwareAddress: .b)
        responder.insert(try IPAddress("192.0.2.99"))
        let (outcome, reply) = responder.answer(Captured.arpingProbe.octets)
        #expect(outcome == .answered(try IPAddress("192.0.2.99")))
        let expected = octets(
            "02000000000a 02000000000b 0806 0001 0800 06 04 0002 02000000000b c0000263 02000000000a 00000000")
        #expect(hex(reply) == hex(expected))
    }

    @Test("Who detects duplicates is answered by an unsolicited advertisement to all nodes (RFC 4861 §7.2.4)")
    func duplicateDetection() throws {
        var responder = Responder(hardwareAddress: .a)
        responder.insert(try IPAddress("2001:db8::b"))
        let (outcome, reply) = responder.answer(Captured.linuxDuplicateDetection.octets)
        #expect(outcome == .answered(try IPAddress("2001:db8::b")))
        let (ethernet, header, payload) = try decodeIPv6(reply)
        #expect(ethernet.destination.description == "33:33:00:00:00:01")
        #expect(header.destination == .allNodes)
        let message = try NeighborAdvertisement(decoding: payload.span, under: header)
        #expect(!message.isSolicited)
        #expect(message.isOverride)
        #expect(message.targetLinkLayerAddress == .a)
    }

    @Test("A unicast solicitation is answered like a multicast one")
    func unicastSolicitation() throws {
        var responder = Responder(hardwareAddress: .a)
        responder.insert(try IPAddress("2001:db8::a"))
        let (_, reply) = responder.answer(Captured.linuxUnicastSolicitation.octets)
        let (ethernet, header, payload) = try decodeIPv6(reply)
        #expect(ethernet.destination == .b)
        let message = try NeighborAdvertisement(decoding: payload.span, under: header)
        #expect(message.isSolicited && message.isOverride)
        #expect(message.targetLinkLayerAddress == .a)
    }

    @Test("A solicitation that does not say where to answer is answered to where it came from")
    func solicitationWithoutOption() throws {
        var writer = ByteWriter()
        NeighborSolicitation(target: try IPv6Address("2001:db8::b"), sourceLinkLayerAddress: nil)
            .encodeFrame(from: .a, try IPv6Address("fe80::a"), into: &writer)
        let (outcome, reply) = try ResponderTests.makeResponder().answer(writer.bytes)
        #expect(outcome == .answered(try IPAddress("2001:db8::b")))
        #expect(try decodeIPv6(reply).0.destination == .a)
    }

    @Test("Padding after a short frame does not matter")
    func padding() throws {
        for (frame, reply) in [
            (Captured.arpingRequest, Captured.linuxReply), (Captured.linuxSolicitation, Captured.linuxAdvertisement),
        ] {
            let (_, answer) = try ResponderTests.makeResponder().answer(
                frame.octets + [UInt8](repeating: 0xEE, count: 18))
            #expect(hex(answer) == hex(reply.octets))
        }
    }

    @Test("A priority tag, VLAN 0, is no VLAN")
    func priorityTag() throws {
        var tagged = Captured.arpingRequest.octets
        tagged.insert(contentsOf: octets("8100 e000"), at: 12)
        let (outcome, answer) = try ResponderTests.makeResponder().answer(tagged)
        #expect(outcome == .answered(try IPAddress("192.0.2.11")))
        #expect(hex(answer) == hex(Captured.linuxReply.octets))
    }

    /// A frame made wrong in one place, and why it must get no answer.
    struct Malformed: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let reason: DropReason
        let frame: [UInt8]

        /// Octets of `base` replaced from `offset` on.
        init(
            _ description: String, _ base: CapturedFrame, at offset: Int, _ replacement: String,
            repairChecksum: Bool = true, _ reason: DropReason
        ) {
            var frame = base.octets
            let new = octets(replacement)
            frame.replaceSubrange(offset..<offset + new.count, with: new)
            self.init(description, repairChecksum && frame.count > 58 ? Malformed.repaired(frame) : frame, reason)
        }

        init(_ description: String, _ frame: [UInt8], _ reason: DropReason) {
            testDescription = "\(description) → \(reason.rawValue)"
            self.frame = frame
            self.reason = reason
        }

        /// With the ICMPv6 checksum made right again, so that the check meant is the one that fails.
        static func repaired(_ frame: [UInt8]) -> [UInt8] {
            var frame = frame
            frame[56] = 0
            frame[57] = 0
            let length = Int(frame[18]) << 8 | Int(frame[19])
            let end = min(54 + length, frame.count)
            var sum = InternetChecksum()
            sum.add(frame.span.extracting(22..<54))
            sum.add(UInt32(length))
            sum.add(58)
            sum.add(frame.span.extracting(54..<end))
            frame[56] = UInt8(sum.value >> 8)
            frame[57] = UInt8(sum.value & 0xFF)
            return frame
        }
    }

    static let malformed: [Malformed] = {
        let arp = Captured.arpingRequest
        let ns = Captured.linuxSolicitation
        let dad = Captured.linuxDuplicateDetection
        return [
            // Ethernet
            Malformed("nothing", [], .runt),
            Malformed("thirteen octets", Array(arp.octets.prefix(13)), .runt),
            Malformed("a header alone", Array(arp.octets.prefix(14)), .truncated),
            Malformed("for VLAN 7", octets("ffffffffffff 02000000000a 8100 0007 0806"), .vlanTagged),
            Malformed("a VLAN tag cut off", octets("ffffffffffff 02000000000a 8100 00"), .truncated),
            Malformed("VLAN 0, then VLAN 5", octets("ffffffffffff 02000000000a 8100 0000 8100 0005"), .vlanTagged),
            Malformed("a provider's tag", octets("ffffffffffff 02000000000a 88a8 0000 0806"), .vlanTagged),
            Malformed("IPv4", arp, at: 12, "0800", .otherProtocol),
            Malformed("RARP", arp, at: 12, "8035", .otherProtocol),
            Malformed("an 802.3 length", arp, at: 12, "001c", .otherProtocol),
            Malformed("to somebody else", arp, at: 0, "02000000000c", .otherDestination),
            Malformed("from ourselves", arp, at: 6, "02000000000b", .fromSelf),
            // ARP
            Malformed("ARP, one octet short", Array(arp.octets.prefix(41)), .truncated),
            Malformed("ARP for token ring", arp, at: 14, "0006", .arpHardwareType),
            Malformed("ARP for IPv6", arp, at: 16, "86dd", .arpProtocolType),
            Malformed("ARP, hardware length 8", arp, at: 18, "08", .arpAddressLength),
            Malformed("ARP, protocol length 16", arp, at: 19, "10", .arpAddressLength),
            Malformed("an ARP reply", arp, at: 20, "0002", .arpNotRequest),
            Malformed("ARP operation 0", arp, at: 20, "0000", .arpNotRequest),
            Malformed("an InARP request", arp, at: 20, "0008", .arpNotRequest),
            Malformed("ARP from broadcast", arp, at: 22, "ffffffffffff", .senderHardwareAddress),
            Malformed("ARP from a group", arp, at: 22, "01005e000001", .senderHardwareAddress),
            Malformed("ARP from zero", arp, at: 22, "000000000000", .senderHardwareAddress),
            Malformed("ARP from our MAC address, forwarded", arp, at: 22, "02000000000b", .fromSelf),
            Malformed("for an address that is nobody's", arp, at: 38, "c000020c", .notAnnounced),
            Malformed("for 0.0.0.0", arp, at: 38, "00000000", .notAnnounced),
            Malformed("for 255.255.255.255", arp, at: 38, "ffffffff", .notAnnounced),
            // IPv6
            Malformed("IPv6 header cut off", Array(ns.octets.prefix(53)), .truncated),
            Malformed("version 4 under IPv6's EtherType", ns, at: 14, "45", .ipv6Version),
            Malformed("payload longer than the frame", ns, at: 18, "0021", .truncated),
            Malformed("payload of zero octets", ns, at: 18, "0000", repairChecksum: false, .notNeighborSolicitation),
            Malformed("UDP", ns, at: 20, "11", .notNeighborSolicitation),
            Malformed("a hop-by-hop header first", ns, at: 20, "00", .notNeighborSolicitation),
            Malformed("hop limit 254", ns, at: 21, "fe", .hopLimit),
            Malformed("hop limit 0", ns, at: 21, "00", .hopLimit),
            // RFC 4861 §7.1.1
            Malformed("an advertisement", ns, at: 54, "88", .notNeighborSolicitation),
            Malformed("code 1", ns, at: 55, "01", .icmpCode),
            Malformed("checksum off by one", ns, at: 57, "04", repairChecksum: false, .checksum),
            Malformed("checksum zero", ns, at: 56, "0000", repairChecksum: false, .checksum),
            Malformed("23 octets", ns, at: 18, "0017", .tooShort),
            Malformed("target ff02::1", ns, at: 62, "ff020000000000000000000000000001", .targetMulticast),
            Malformed("an option of zero length", ns, at: 79, "00", .optionLength),
            Malformed("an option longer than the message", ns, at: 79, "02", .truncated),
            Malformed("half an option", ns, at: 18, "0019", .truncated),
            Malformed("source ff02::1", ns, at: 22, "ff020000000000000000000000000001", .sourceMulticast),
            Malformed("the asker's MAC address a group's", ns, at: 80, "333300000001", .senderHardwareAddress),
            Malformed("the asker's MAC address ours", ns, at: 80, "02000000000b", .fromSelf),
            Malformed("for another address", ns, at: 77, "0c", .notAnnounced),
            Malformed(
                "from :: to the address itself", dad.octets, .fromSelf
            ).replacing(
                "from :: to the address itself", at: 38, "20010db800000000000000000000000b",
                source: "02000000000a", .unspecifiedSourceDestination),
            Malformed(
                "from :: to all nodes", dad.octets, .fromSelf
            ).replacing(
                "from :: to all nodes", at: 38, "ff020000000000000000000000000001", source: "02000000000a",
                .unspecifiedSourceDestination),
            Malformed(
                "from :: with a link-layer address", dad.octets, .fromSelf
            ).replacing(
                "from :: with a link-layer address", at: 78, "0101", source: "02000000000a", .unspecifiedSourceOption),
        ]
    }()

    @Test("A malformed frame gets no answer, and the reason is named", arguments: malformed)
    func malformedFrame(row: Malformed) throws {
        let (outcome, reply) = try ResponderTests.makeResponder().answer(row.frame)
        #expect(outcome == .dropped(row.reason))
        #expect(reply.isEmpty)
    }

    @Test("Every reason that the responder can give is given by a row")
    func everyReason() {
        // Those of advertisements, of the engine, of marks, and conflicts have tests of their own.
        let elsewhere: Set<DropReason> = [
            .notNeighborAdvertisement, .solicitedMulticast, .conflict, .notSuitable, .replayed,
        ]
        #expect(Set(ResponderTests.malformed.map(\.reason)).union(elsewhere) == Set(DropReason.allCases))
    }

    @Test("Somebody else's use of our address is a conflict, not a question")
    func conflicts() throws {
        var responder = Responder(hardwareAddress: .b)
        let v4 = try IPAddress("192.0.2.10")
        let v6 = try IPAddress("2001:db8::a")
        responder.insert(v4)
        responder.insert(v6)
        for frame in [Captured.arpingAnnouncementRequest, Captured.arpingRequest] {
            let (outcome, reply) = responder.answer(frame.octets)
            #expect(outcome == .conflict(v4, with: .a), "\(frame.name)")
            #expect(reply.isEmpty)
        }
        let (outcome, reply) = responder.answer(Captured.linuxSolicitation.octets)
        #expect(outcome == .conflict(v6, with: .a))
        #expect(reply.isEmpty)
    }

    @Test("An address is answered for from its insertion to its removal")
    func membership() throws {
        var responder = Responder(hardwareAddress: .b)
        let address = try IPAddress("192.0.2.11")
        #expect(responder.answer(Captured.arpingRequest.octets).0 == .dropped(.notAnnounced))
        let inserted = [responder.insert(address), responder.insert(address)]
        #expect(inserted == [true, false])
        #expect(responder.contains(address))
        #expect(responder.answer(Captured.arpingRequest.octets).0 == .answered(address))
        let removed = [responder.remove(address), responder.remove(address)]
        #expect(removed == [true, false])
        #expect(responder.answer(Captured.arpingRequest.octets).0 == .dropped(.notAnnounced))
        #expect(responder.count == 0)
    }

    @Test("A changed MAC address is in the next answer")
    func hardwareAddressChange() throws {
        var responder = try ResponderTests.makeResponder()
        responder.hardwareAddress = MACAddress(0x02, 0, 0, 0, 0, 0x0C)
        let (_, reply) = responder.answer(Captured.arpingRequest.octets)
        #expect(hex(Array(reply[6..<12])) == "02000000000c")
        #expect(hex(Array(reply[22..<28])) == "02000000000c")
    }

    @Test("Any mutation of a frame gets one outcome, a reply only with an answer", arguments: [UInt64(1), 2, 3, 4])
    func fuzz(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let responder = try ResponderTests.makeResponder()
        let bases = (Captured.arp + Captured.solicitations + Captured.advertisements).map(\.octets)
        var answered = 0
        for _ in 0..<50_000 {
            var frame = bases[Int.random(in: bases.indices, using: &generator)]
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                switch Int.random(in: 0...3, using: &generator) {
                case 0 where !frame.isEmpty:
                    frame[Int.random(in: frame.indices, using: &generator)] = UInt8.random(
                        in: 0...255, using: &generator)
                case 1 where !frame.isEmpty:
                    frame.removeLast(Int.random(in: 1...frame.count, using: &generator))
                case 2:
                    frame.append(UInt8.random(in: 0...255, using: &generator))
                default:
                    let position = Int.random(in: 0...frame.count, using: &generator)
                    frame.insert(UInt8.random(in: 0...255, using: &generator), at: position)
                }
            }
            if frame.count > 58, Bool.random(using: &generator) { frame = Malformed.repaired(frame) }
            let (outcome, reply) = responder.answer(frame)
            switch outcome {
            case .answered(let address):
                answered += 1
                #expect(responder.contains(address), "seed \(seed): \(hex(frame))")
                #expect(reply.count == 42 || reply.count == 86, "seed \(seed): \(hex(frame))")
                // Our MAC address, and nobody else's, is what an answer tells.
                #expect(hex(Array(reply[6..<12])) == "02000000000b", "seed \(seed): \(hex(frame))")
            case .conflict, .dropped:
                #expect(reply.isEmpty, "seed \(seed): \(hex(frame))")
            }
        }
        // The mutations are mild enough for the branch to be reached.
        #expect(answered > 1000, "seed \(seed)")
    }
}

extension ResponderTests.Malformed {
    /// Two places at once: the Ethernet source, and octets from `offset` on.
    func replacing(
        _ description: String, at offset: Int, _ replacement: String, source: String, _ reason: DropReason
    ) -> ResponderTests.Malformed {
        var frame = frame
        frame.replaceSubrange(6..<12, with: octets(source))
        let new = octets(replacement)
        frame.replaceSubrange(offset..<offset + new.count, with: new)
        return ResponderTests.Malformed(description, ResponderTests.Malformed.repaired(frame), reason)
    }
}

import Addresses
import LinkLayer
import Testing
import WireCodec
import WireIdentity

/// Frames of version 1, the one without cluster identity, captured between two nodes that it ran on: n1, 02:00:00:00:00:11,
/// 192.0.2.11, and n2, 02:00:00:00:00:12, 192.0.2.12. Neither version may lose the other's words during an upgrade.
@Suite("Frames of the previous version") struct PreviousVersionTests {
    private struct Case {
        let name: String
        let frame: ClaimFrame
        let sender: MACAddress
        let mark: ClaimMark
        let octets: [UInt8]

        init(_ name: String, _ frame: ClaimFrame, by sender: MACAddress, _ mark: ClaimMark, _ parts: String...) {
            self.name = name
            self.frame = frame
            self.sender = sender
            self.mark = mark
            octets = LinkLayerTests.octets(parts.joined())
        }
    }

    private static let n1 = MACAddress(2, 0, 0, 0, 0, 0x11)
    private static let n2 = MACAddress(2, 0, 0, 0, 0, 0x12)
    /// FNV-1a of "n1" and "n2", as both versions number nodes.
    private static let (number1, number2): (UInt32, UInt32) = (0x0435_DC00, 0x0735_E0B9)
    private static let ipv4 = IPAddress.v4(IPv4Address(192, 0, 2, 200))
    private static let ipv6 = IPAddress.v6(IPv6Address(rawValue: 0x2001_0DB8 << 96 | 0x200))

    private static func mark(
        _ kind: ClaimMark.Kind, _ speaker: UInt32, term: UInt32, _ flags: ClaimMark.Flags = [], company: Int = 1
    ) -> ClaimMark {
        ClaimMark(kind, flags: flags, speaker: speaker, term: term, company: company)
    }

    private static let cases = [
        Case(
            "probe for an address that nobody had", .probe(ipv4), by: n1, mark(.probe, number1, term: 1),
            "ffffffffffff 020000000011 0806",  // to all, from n1, ARP
            "0001 0800 06 04 0001",  // Ethernet, IPv4, lengths, request
            "020000000011 00000000",  // sender
            "000000000000 c00002c8",  // target
            "4d524c54 11 00 0435dc00 00000001 0001 0000"),  // "MRLT", probe, flags, speaker, term, company, weight
        Case(
            "announcement", .claim(ipv4, to: nil), by: n1, mark(.claim, number1, term: 1),
            "ffffffffffff 020000000011 0806", "0001 0800 06 04 0001", "020000000011 c00002c8", "000000000000 c00002c8",
            "4d524c54 12 00 0435dc00 00000001 0001 0000"),
        Case(
            "confirmation", .probe(ipv4), by: n1, mark(.confirmation, number1, term: 1),
            "ffffffffffff 020000000011 0806", "0001 0800 06 04 0001", "020000000011 00000000", "000000000000 c00002c8",
            "4d524c54 14 00 0435dc00 00000001 0001 0000"),
        Case(
            "announcement after n1 left", .claim(ipv4, to: nil), by: n2, mark(.claim, number2, term: 2),
            "ffffffffffff 020000000012 0806", "0001 0800 06 04 0001", "020000000012 c00002c8", "000000000000 c00002c8",
            "4d524c54 12 00 0735e0b9 00000002 0001 0000"),
        Case(
            "greeting to all", .greeting(own: .v4(IPv4Address(192, 0, 2, 12))), by: n2,
            mark(.greeting, number2, term: number1, [.asksForClaims, .needsGreetings]),
            "ffffffffffff 020000000012 0806", "0001 0800 06 04 0001", "020000000012 00000000", "000000000000 c000020c",
            "4d524c54 15 c0 0735e0b9 0435dc00 0001 0000"),
        Case(
            "greeting of one that has heard enough", .greeting(own: .v4(IPv4Address(192, 0, 2, 11))), by: n1,
            mark(.greeting, number1, term: number2, .asksForClaims),
            "ffffffffffff 020000000011 0806", "0001 0800 06 04 0001", "020000000011 00000000", "000000000000 c000020b",
            "4d524c54 15 40 0435dc00 0735e0b9 0001 0000"),
        Case(
            "probe by neighbor discovery", .probe(ipv6), by: n2, mark(.probe, number2, term: 1),
            "3333ff000200 020000000012 86dd",  // to the group's MAC address, IPv6
            "60000000 0030 3a ff",  // version 6, 48 octets, ICMPv6, hop limit 255
            "00000000000000000000000000000000 ff0200000000000000000001ff000200",
            "87 00 b93b 00000000 20010db8000000000000000000000200",  // solicitation of this target
            "fd 03 4d524c54 11 00 0735e0b9 00000001 0001 0000 00000000"),  // option 253, 24 octets
        Case(
            "announcement by neighbor discovery", .claim(ipv6, to: nil), by: n2, mark(.claim, number2, term: 1),
            "333300000001 020000000012 86dd", "60000000 0038 3a ff",
            "20010db8000000000000000000000200 ff020000000000000000000000000001",
            "88 00 6468 20000000 20010db8000000000000000000000200",  // advertisement, override
            "02 01 020000000012",  // target link-layer address
            "fd 03 4d524c54 12 00 0735e0b9 00000001 0001 0000 00000000"),
    ]

    @Test("A frame of version 1 is read as what it is, without an extension") func read() throws {
        for one in Self.cases {
            let sighting = try Sighting(decoding: one.octets.span, on: MACAddress(2, 0, 0, 0, 0, 0x13))
            #expect(sighting.mark == one.mark, "\(one.name)")
            #expect(sighting.markExtension == nil && sighting.hardwareAddress == one.sender, "\(one.name)")
            #expect(sighting.address == one.frame.sighting.address, "\(one.name)")
            #expect(sighting.kind == one.frame.sighting.kind, "\(one.name)")
        }
    }

    @Test("A frame of this version, signed or not, begins with the octets of version 1; what follows it ignores")
    func written() {
        let key = SigningKey(secret: [1, 2, 3])
        for one in Self.cases {
            var plain = MarkExtension(cluster: ClusterIdentity(name: "default"), number: 7)
            for isSigned in [false, true] {
                if isSigned { plain.sign(one.mark, of: one.frame.sighting, from: one.sender, with: key) }
                var writer = ByteWriter()
                one.frame.encode(from: one.sender, mark: one.mark, markExtension: plain, into: &writer)
                var octets = writer.bytes
                #expect(octets.count > one.octets.count, "\(one.name)")
                if one.octets[12...13].elementsEqual([0x86, 0xDD]) {
                    // What is longer: the length of IPv6, and the checksum. An option that version 1 does not know has a
                    // length, by which it is passed over (RFC 4861 §4.6).
                    octets.replaceSubrange(18..<20, with: one.octets[18..<20])
                    octets.replaceSubrange(56..<58, with: one.octets[56..<58])
                    #expect(octets[one.octets.count] == 254, "\(one.name)")
                    #expect(Int(octets[one.octets.count + 1]) * 8 == octets.count - one.octets.count, "\(one.name)")
                }
                #expect(hex(Array(octets.prefix(one.octets.count))) == hex(one.octets), "\(one.name)")
            }
        }
    }
}

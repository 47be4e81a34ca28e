import Addresses
import LinkLayer
import TestSupport
import Testing
import WireCodec
import WireIdentity

@Suite("What extends the mark of a speaker") struct MarkExtensionTests {
    static let mark = ClaimMark(
        .claim, flags: [.isMinority], rank: ClaimRank(standing: 3, weight: 0x0102), speaker: 0xA1B2_C3D4,
        term: 0x0506_0708, company: 0x090A)
    static let markText = "4d524c54 12 23 a1b2c3d4 05060708 090a 0102"
    static let here = MACAddress(2, 0, 0, 0, 0, 0xA)
    static let there = MACAddress(2, 0, 0, 0, 0, 0xB)
    static let ipv4 = IPAddress.v4(IPv4Address(192, 0, 2, 10))
    static let ipv6 = IPAddress.v6(IPv6Address(rawValue: 0x2001_0DB8 << 96 | 0x10))
    static let key = SigningKey(secret: Array("a key of twenty oct.".utf8))
    static let plain = MarkExtension(
        cluster: ClusterIdentity(rawValue: 0x1122_3344_5566_7788), number: 0x99AA_BBCC_DDEE_FF00, flags: .isYoung)
    static let plainText = "02 02 1122334455667788 99aabbccddeeff00"

    static func encoded(_ frame: ClaimFrame, _ markExtension: MarkExtension?) -> [UInt8] {
        var writer = ByteWriter()
        frame.encode(from: here, mark: mark, markExtension: markExtension, into: &writer)
        return writer.bytes
    }

    static func signed(_ frame: ClaimFrame, mark: ClaimMark = Self.mark) -> MarkExtension {
        var markExtension = plain
        markExtension.sign(mark, of: frame.sighting, from: here, with: key)
        return markExtension
    }

    @Test("In ARP it follows the mark: 78 octets in all, 94 with a signature") func arp() throws {
        let frame = ClaimFrame.claim(Self.ipv4, to: nil)
        let head = "ffffffffffff 02000000000a 0806 0001 0800 06 04 0001 02000000000a c000020a 000000000000 c000020a"
        let octets = Self.encoded(frame, Self.plain)
        #expect(hex(octets) == "\(head)\(Self.markText)\(Self.plainText)".filter { !$0.isWhitespace })
        #expect(octets.count == 78)
        let sighting = try Sighting(decoding: octets.span, on: Self.there)
        #expect(sighting.mark == Self.mark && sighting.markExtension == Self.plain)
        let long = Self.encoded(frame, Self.signed(frame))
        #expect(long.count == 94)
        #expect(long[60...61].elementsEqual([0x02, 0x82]))
        #expect(try Sighting(decoding: long.span, on: Self.there).markExtension == Self.signed(frame))
    }

    @Test("In neighbor discovery it is an option of type 254, after that of the mark", arguments: [false, true])
    func option(isSigned: Bool) throws {
        for frame in [ClaimFrame.probe(Self.ipv6), .claim(Self.ipv6, to: nil), .challenge(Self.ipv6, to: Self.there)] {
            let markExtension = isSigned ? Self.signed(frame) : Self.plain
            let octets = Self.encoded(frame, markExtension)
            let text = hex(octets)
            let options = "fd03\(Self.markText)00000000" + (isSigned ? "fe0502821122" : "fe03\(Self.plainText)00000000")
            #expect(text.contains(options.filter { !$0.isWhitespace }))
            let sighting = try Sighting(decoding: octets.span, on: Self.there)
            #expect(sighting.mark == Self.mark && sighting.markExtension == markExtension)
        }
    }

    /// Version 1 writes the same octets as this version does without an extension (`ClaimMarkTests`).
    @Test("A frame of version 1 has a mark and no extension, also with padding or a frame check sequence behind it")
    func versionOne() throws {
        let octets = Self.encoded(.claim(Self.ipv4, to: nil), nil)
        #expect(octets.count == 60)
        for more in [[], [0, 0, 0, 0], [0xDE, 0xAD, 0xBE, 0xEF], [UInt8](repeating: 0, count: 20)] {
            let sighting = try Sighting(decoding: (octets + more).span, on: Self.there)
            #expect(sighting.mark == Self.mark && sighting.markExtension == nil, "\(more)")
        }
    }

    static let damage: [(name: String, change: @Sendable (inout [UInt8]) -> Void)] = [
        ("a version to come", { $0[60] = 3 }), ("cut in its number", { $0.removeLast(20) }),
        ("cut in its signature", { $0.removeLast(1) }),
    ]

    @Test("What is cut, or of a version to come, is no extension", arguments: damage.indices) func damaged(index: Int)
        throws
    {
        let frame = ClaimFrame.claim(Self.ipv4, to: nil)
        var octets = Self.encoded(frame, Self.signed(frame))
        Self.damage[index].change(&octets)
        let sighting = try Sighting(decoding: octets.span, on: Self.there)
        #expect(sighting.mark == Self.mark && sighting.markExtension == nil, "\(Self.damage[index].name)")
    }

    @Test(
        "A signature is valid for its mark, address, MAC address, kind of frame, number and key, and for nothing else")
    func signature() {
        let frame = ClaimFrame.claim(Self.ipv4, to: nil)
        let valid = Self.signed(frame)
        #expect(valid.isSigned(Self.mark, of: frame.sighting, from: Self.here, with: Self.key))
        var other = Self.mark
        other.term += 1
        #expect(!valid.isSigned(other, of: frame.sighting, from: Self.here, with: Self.key))
        #expect(!valid.isSigned(Self.mark, of: frame.sighting, from: Self.there, with: Self.key))
        #expect(!valid.isSigned(Self.mark, of: (.probe, Self.ipv4), from: Self.here, with: Self.key))
        #expect(!valid.isSigned(Self.mark, of: (.use, Self.ipv6), from: Self.here, with: Self.key))
        #expect(!valid.isSigned(Self.mark, of: frame.sighting, from: Self.here, with: SigningKey(secret: [1])))
        #expect(!Self.plain.isSigned(Self.mark, of: frame.sighting, from: Self.here, with: Self.key))
        var moved = valid
        moved.number += 1
        #expect(!moved.isSigned(Self.mark, of: frame.sighting, from: Self.here, with: Self.key))
        moved = valid
        moved.flags.insert(.isEcho)
        #expect(!moved.isSigned(Self.mark, of: frame.sighting, from: Self.here, with: Self.key))
    }
}

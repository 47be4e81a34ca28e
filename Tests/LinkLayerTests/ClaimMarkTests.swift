import Addresses
import LinkLayer
import TestSupport
import Testing
import Timing
import WireCodec

@Suite("The mark of a speaker") struct ClaimMarkTests {
    static let mark = ClaimMark(
        .claim, flags: [.isMinority], rank: ClaimRank(standing: 3, weight: 0x0102), speaker: 0xA1B2_C3D4,
        term: 0x0506_0708, company: 0x090A)
    static let markText = "4d524c54 12 23 a1b2c3d4 05060708 090a 0102"
    static let here = MACAddress(2, 0, 0, 0, 0, 0xA)
    static let there = MACAddress(2, 0, 0, 0, 0, 0xB)

    static let frames: [(name: String, frame: ClaimFrame, octets: String)] = [
        (
            "ARP probe", .probe(.v4(IPv4Address(192, 0, 2, 10))),
            "ffffffffffff 02000000000a 0806 0001 0800 06 04 0001 02000000000a 00000000 000000000000 c000020a"
        ),
        (
            "ARP announcement", .claim(.v4(IPv4Address(192, 0, 2, 10)), to: nil),
            "ffffffffffff 02000000000a 0806 0001 0800 06 04 0001 02000000000a c000020a 000000000000 c000020a"
        ),
        (
            "ARP announcement to one", .claim(.v4(IPv4Address(192, 0, 2, 10)), to: there),
            "02000000000b 02000000000a 0806 0001 0800 06 04 0001 02000000000a c000020a 000000000000 c000020a"
        ),
        (
            "ARP answer to a probe", .answer(.v4(IPv4Address(192, 0, 2, 10)), to: there),
            "02000000000b 02000000000a 0806 0001 0800 06 04 0002 02000000000a c000020a 02000000000b 00000000"
        ),
    ]

    @Test("An ARP frame carries it where the shortest frame has padding: 60 octets in all", arguments: frames.indices)
    func arp(index: Int) throws {
        let (_, frame, octets) = Self.frames[index]
        var writer = ByteWriter()
        frame.encode(from: Self.here, mark: Self.mark, into: &writer)
        let expected = "\(octets)\(Self.markText)".filter { !$0.isWhitespace }
        #expect(hex(writer.bytes) == expected)
        #expect(writer.count == 60)
        var plain = ByteWriter()
        frame.encode(from: Self.here, mark: nil, into: &plain)
        #expect(hex(plain.bytes) == octets.filter { !$0.isWhitespace })
        #expect(try Sighting(decoding: writer.bytes.span, on: Self.there).mark == Self.mark)
        #expect(try Sighting(decoding: plain.bytes.span, on: Self.there).mark == nil)
    }

    @Test("In neighbour discovery it is an option of type 253, under a checksum that is right")
    func option() throws {
        let address = IPv6Address(rawValue: 0x2001_0DB8 << 96 | 0x10)
        var writer = ByteWriter()
        ClaimFrame.probe(.v6(address)).encode(from: Self.here, mark: Self.mark, into: &writer)
        let text = hex(writer.bytes)
        #expect(text.hasPrefix("3333ff00001002000000000a86dd6000000000303aff"))
        let option = "fd03\(Self.markText)00000000".filter { !$0.isWhitespace }
        #expect(text.hasSuffix(option))
        let probe = try Sighting(decoding: writer.bytes.span, on: Self.there)
        #expect(probe == Sighting(.probe, .v6(address), by: Self.here, mark: Self.mark))
        writer.removeAll()
        ClaimFrame.claim(.v6(address), to: nil).encode(from: Self.here, mark: Self.mark, into: &writer)
        #expect(hex(writer.bytes).hasPrefix("33330000000102000000000a86dd"))
        let claim = try Sighting(decoding: writer.bytes.span, on: Self.there)
        #expect(claim == Sighting(.use, .v6(address), by: Self.here, mark: Self.mark, isAnswer: true))
    }

    @Test("What is not a mark, or of a version to come, is none")
    func others() throws {
        var writer = ByteWriter()
        ClaimFrame.claim(.v4(IPv4Address(192, 0, 2, 10)), to: nil).encode(
            from: Self.here, mark: Self.mark, into: &writer)
        for (offset, value) in [(42, 0), (46, 0x22), (46, 0x1F)] as [(Int, UInt8)] {
            var octets = writer.bytes
            octets[offset] = value
            #expect(try Sighting(decoding: octets.span, on: Self.there).mark == nil)
        }
        // Zeros, as most have there.
        let zeros = Array(writer.bytes.prefix(42)) + [UInt8](repeating: 0, count: 18)
        #expect(try Sighting(decoding: zeros.span, on: Self.there).mark == nil)
    }

    @Test("Of two different speakers exactly one has the better claim", arguments: [UInt64(1), 2, 3])
    func order(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        func make() -> ClaimMark {
            ClaimMark(
                .claim, flags: Bool.random(using: &generator) ? .isMinority : [],
                rank: ClaimRank(
                    standing: Int.random(in: 0...2, using: &generator), weight: Int.random(in: 0...2, using: &generator)
                ),
                speaker: UInt32.random(in: 1...4, using: &generator), term: UInt32.random(in: 0...2, using: &generator))
        }
        let address = IPAddress.v4(IPv4Address(192, 0, 2, 10))
        for _ in 0..<20_000 {
            let (a, b, c) = (make(), make(), make())
            if a.speaker != b.speaker {
                #expect(a.outranks(b, for: address) != b.outranks(a, for: address), "seed \(seed)")
            }
            if a.outranks(b, for: address), b.outranks(c, for: address) {
                #expect(a.outranks(c, for: address), "seed \(seed)")
            }
        }
    }

    @Test("Frames of chance are never more than dropped", arguments: [UInt64(1), 2])
    func fuzz(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var claims = SegmentClaims(speaker: 1, hardwareAddress: Self.there)
        _ = claims.setSpeakers(1, [2, 3], at: .zero)
        _ = claims.connect(at: .zero)
        let address = IPAddress.v6(IPv6Address(rawValue: 0x2001_0DB8 << 96 | 0x10))
        _ = claims.assign(.owner(ClaimRank(), over: nil), of: address, at: .zero)
        for round in 0..<20_000 {
            var writer = ByteWriter()
            let frame: ClaimFrame = Bool.random(using: &generator) ? .probe(address) : .claim(address, to: nil)
            frame.encode(
                from: Self.here, mark: ClaimMark(.claim, speaker: UInt32.random(in: 0...4, using: &generator)),
                into: &writer)
            var octets = writer.bytes
            for _ in 0..<Int.random(in: 0...3, using: &generator) {
                octets[Int.random(in: octets.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            octets.removeLast(Int.random(in: 0...round % octets.count, using: &generator))
            var reply = ByteWriter()
            var actions: [SegmentClaims.Action] = []
            _ = claims.receive(octets.span, at: .zero, into: &reply, &actions)
            var out = ByteWriter()
            while claims.popFrame(at: .zero, using: &generator, into: &out) != nil { out.removeAll() }
        }
        #expect(claims.count == 1)
    }
}

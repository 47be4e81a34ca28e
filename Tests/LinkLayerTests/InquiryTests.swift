import Addresses
import LinkLayer
import Testing
import Timing
import WireCodec

@Suite("Asking who answers") struct InquiryTests {
    static let here = MACAddress(2, 0, 0, 0, 0, 0xEE)
    static let source = IPv6Address(rawValue: 0xFE80 << 112 | 0xEE)
    static let addresses = ClaimTests.addresses

    static func inquiry(_ address: IPAddress, count: Int = 3) -> Inquiry {
        let pace = Inquiry.Pace(count: count, interval: .milliseconds(200), patience: .milliseconds(500))
        return switch address {
        case .v4(let address): Inquiry(for: address, from: here, pace: pace)
        case .v6(let address): Inquiry(for: address, from: here, source: source, pace: pace)
        }
    }

    /// Answers for an address as a host does.
    static func host(_ address: IPAddress, _ last: UInt8 = 1) -> Responder {
        var responder = Responder(hardwareAddress: MACAddress(2, 0, 0, 0, 0, last))
        responder.insert(address)
        return responder
    }

    /// Asks to the end; hosts answer each after its delay.
    static func run(
        _ inquiry: inout Inquiry, _ hosts: [(host: Responder, delay: Duration)], from start: Instant = .zero
    ) -> Instant {
        var now = start
        while true {
            var probe = ByteWriter()
            if inquiry.popFrame(at: now, into: &probe) {
                for (host, delay) in hosts {
                    var reply = ByteWriter()
                    guard case .answered = host.answer(probe.bytes.span, into: &reply) else { continue }
                    inquiry.receive(reply.bytes.span, at: now.advanced(by: delay))
                }
            }
            if inquiry.isOver(at: now) { return now }
            now = inquiry.nextDeadline
        }
    }

    @Test("The probes on the wire: nobody's cache learns from them, and speakers know them for what they are")
    func golden() {
        var writer = ByteWriter()
        var arp = Self.inquiry(.v4(IPv4Address(192, 0, 2, 10)))
        #expect(arp.popFrame(at: .zero, into: &writer))
        let request =
            "ffffffffffff 0200000000ee 0806 0001 0800 06 04 0001 0200000000ee 00000000 000000000000 c000020a"
        let mark = "4d524c54 17 00 00000000 00000000 0001 0000"
        #expect(hex(writer.bytes) == (request + mark).filter { !$0.isWhitespace })

        writer.removeAll()
        var ndp = Self.inquiry(.v6(IPv6Address(rawValue: 0x2001_0DB8 << 96 | 0x10)))
        #expect(ndp.popFrame(at: .zero, into: &writer))
        let text = hex(writer.bytes)
        #expect(text.hasPrefix("3333ff0000100200000000ee86dd6000000000383afffe8000000000000000000000000000ee"))
        #expect(text.contains("01010200000000ee"))
        #expect(text.hasSuffix("fd03\(mark)00000000".filter { !$0.isWhitespace }))
    }

    @Test("Three probes, 0.2 s apart, and half a second for the last answer", arguments: addresses)
    func pace(address: IPAddress) {
        var inquiry = Self.inquiry(address)
        let end = Self.run(&inquiry, [])
        #expect(end == Instant.zero.advanced(by: .milliseconds(900)))
        #expect(inquiry.sent == 3)
        #expect(inquiry.answers.isEmpty)
    }

    @Test("One host → one answer with the time of each", arguments: addresses) func one(address: IPAddress) {
        var inquiry = Self.inquiry(address)
        _ = Self.run(&inquiry, [(Self.host(address), .milliseconds(1))], from: Instant(nanoseconds: 5_000_000_000))
        #expect(inquiry.answers.map(\.hardwareAddress) == [MACAddress(2, 0, 0, 0, 0, 1)])
        #expect(inquiry.answers.first?.latencies == Array(repeating: .milliseconds(1), count: 3))
        #expect(inquiry.answers.first?.announcements == 0)
        #expect(inquiry.answers.first?.speaker == nil)
    }

    @Test("Two hosts with one address → both, and each in its own time", arguments: addresses)
    func two(address: IPAddress) {
        var inquiry = Self.inquiry(address, count: 1)
        _ = Self.run(
            &inquiry,
            [(Self.host(address, 1), .milliseconds(3)), (Self.host(address, 2), .milliseconds(1))])
        #expect(inquiry.answers.map(\.hardwareAddress) == [MACAddress(2, 0, 0, 0, 0, 1), MACAddress(2, 0, 0, 0, 0, 2)])
        #expect(inquiry.answers.map(\.latencies) == [[.milliseconds(3)], [.milliseconds(1)]])
    }

    @Test("What is about another address, sent to somebody else, or broken changes nothing", arguments: addresses)
    func unrelated(address: IPAddress) throws {
        var inquiry = Self.inquiry(address)
        var probe = ByteWriter()
        #expect(inquiry.popFrame(at: .zero, into: &probe))
        let other = try #require(address.successor)
        var reply = ByteWriter()
        ClaimFrame.answer(other, to: Self.here).encode(
            from: MACAddress(2, 0, 0, 0, 0, 1), mark: nil, into: &reply)
        inquiry.receive(reply.bytes.span, at: .zero)
        reply.removeAll()
        // Our own probe, come back.
        inquiry.receive(probe.bytes.span, at: .zero)
        // Another's probe for the address: it does not have it.
        ClaimFrame.probe(address).encode(from: MACAddress(2, 0, 0, 0, 0, 3), mark: nil, into: &reply)
        inquiry.receive(reply.bytes.span, at: .zero)
        reply.removeAll()
        ClaimFrame.answer(address, to: Self.here).encode(
            from: MACAddress(2, 0, 0, 0, 0, 1), mark: nil, into: &reply)
        for length in 0..<(address.family == .ipv4 ? 42 : 86) {
            inquiry.receive(reply.bytes.span.extracting(0..<length), at: .zero)
        }
        #expect(inquiry.answers.isEmpty)
    }

    @Test("An announcement shows who has the address, and is no answer", arguments: addresses)
    func announcement(address: IPAddress) {
        var inquiry = Self.inquiry(address)
        var frame = ByteWriter()
        #expect(inquiry.popFrame(at: .zero, into: &frame))
        frame.removeAll()
        ClaimFrame.claim(address, to: nil).encode(from: MACAddress(2, 0, 0, 0, 0, 1), mark: nil, into: &frame)
        inquiry.receive(frame.bytes.span, at: .zero)
        #expect(inquiry.answers.map(\.announcements) == [1])
        #expect(inquiry.answers.map(\.latencies) == [[]])
    }

    @Test("A speaker answers as every host, and says who it is; one that only watches is silent", arguments: addresses)
    func speaker(address: IPAddress) {
        let wire = ClaimWire(2)
        wire.own(address, 0)
        wire.standBy(address, 1)
        wire.run(for: .seconds(10))
        wire.clearLog()
        var inquiry = Self.inquiry(address, count: 1)
        var probe = ByteWriter()
        #expect(inquiry.popFrame(at: wire.now, into: &probe))
        for number in 0..<2 {
            for frame in wire.answers(of: number, to: probe.bytes) { inquiry.receive(frame.span, at: wire.now) }
        }
        #expect(inquiry.answers.map(\.hardwareAddress) == [ClaimWire.mac(0)])
        #expect(inquiry.answers.map(\.speaker) == [ClaimWire.id(0)])
        #expect(inquiry.answers.map(\.latencies.count) == [1])
        #expect(inquiry.answers.map(\.announcements) == [0])
        #expect(wire.speakers[1].present.isEmpty)
    }

    @Test(
        "Asked while a speaker probes for the address → it is no conflict, and the speaker claims it",
        arguments: addresses)
    func whileProbing(address: IPAddress) {
        let wire = ClaimWire(1)
        wire.own(address, 0)
        wire.run(for: .milliseconds(60))
        var inquiry = Self.inquiry(address, count: 1)
        var probe = ByteWriter()
        #expect(inquiry.popFrame(at: wire.now, into: &probe))
        #expect(wire.answers(of: 0, to: probe.bytes).isEmpty)
        wire.run(for: .seconds(1))
        #expect(wire.holders(of: address) == [0])
        #expect(wire.speakers[0].reports == ["\(address) own"])
    }
}

import BGP
import TestSupport
import Testing
import Timing
import WireCodec

/// Every decoder gets octets that nobody should send: 6 seeds of 20,000 messages, half of them valid ones damaged, valid
/// ones that other daemons sent among them; and a session 4 seeds of 5,000.
@Suite("Decoders and arbitrary octets") struct DecoderFuzzTests {
    @Test("No input crashes a decoder or stops a session for good", arguments: UInt64(1)...6)
    func fuzz(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let seeds = try Self.validMessages()
        var refused = 0
        for _ in 0..<20_000 {
            if !Self.decode(Self.message(from: seeds, using: &generator)) { refused += 1 }
        }
        #expect(refused > 1000, "seed \(seed) was too kind")
        #expect(refused < 20_000, "seed \(seed) was too harsh")
    }

    @Test("A session that gets such a message goes on without a word, or ends with one", arguments: UInt64(1)...4)
    func session(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let seeds = try Self.validMessages()
        var ended = 0
        for step in 0..<5_000 {
            var harness = SessionHarness()
            harness.establish()
            let bytes = Self.message(from: seeds, using: &generator)
            let actions = harness.handle(.received(bytes, SessionHarness.outbound))
            let said = SessionHarness.notifications(in: actions).count
            switch harness.session.state {
            case .established: #expect(said == 0, "seed \(seed), step \(step)")
            case .idle:
                // RFC 4271 §6.4: a NOTIFICATION is not answered.
                #expect(said == 1 || said == 0 && bytes[18] == 3, "seed \(seed), step \(step)")
                ended += 1
            default: Issue.record("seed \(seed), step \(step): \(harness.session.state)")
            }
        }
        #expect(ended > 500 && ended < 5_000, "seed \(seed)")
    }

    /// A valid message that was damaged, or a header with anything behind it.
    private static func message(from seeds: [[UInt8]], using generator: inout SeededGenerator) -> [UInt8] {
        guard Bool.random(using: &generator), var bytes = seeds.randomElement(using: &generator) else {
            let count = Int.random(in: 0...80, using: &generator)
            let type = UInt8.random(in: 1...5, using: &generator)
            return SessionHarness.message(type, (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
        }
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            let index = Int.random(in: 16..<bytes.count, using: &generator)
            bytes[index] = UInt8.random(in: 0...255, using: &generator)
        }
        return bytes
    }

    /// Whether the octets were one message that could be read.
    private static func decode(_ bytes: [UInt8]) -> Bool {
        do {
            var framer = MessageFramer()
            framer.append(bytes)
            guard let frame = try framer.next(maximumLength: 4096) else { return false }
            let body = frame.bytes.span.extracting(droppingFirst: Header.length)
            switch frame.type {
            case .open:
                let open = try OpenMessage(decoding: body)
                var writer = ByteWriter()
                try open.encode(into: &writer)
                let again = try OpenMessage(decoding: writer.bytes.span.extracting(droppingFirst: Header.length))
                #expect(again == open)
            case .update:
                for context in [
                    ReceivedUpdate.Context(fourOctetASN: true, isInternal: false),
                    ReceivedUpdate.Context(fourOctetASN: false, isInternal: true),
                ] { _ = try ReceivedUpdate(decoding: body, context: context) }
            case .notification: _ = try NotificationMessage(decoding: body).description
            case .routeRefresh:
                for isEnhanced in [false, true] {
                    _ = try RouteRefreshMessage(decoding: frame.bytes.span, isEnhanced: isEnhanced)
                }
            default: break
            }
            return true
        } catch { return false }
    }

    private static func validMessages() throws -> [[UInt8]] {
        var messages = [
            KeepaliveMessage.encoded, SessionHarness.open(), SessionHarness.open(OpenMessageTests.everything),
            SessionHarness.message(3, [6, 2, 3, 98, 121, 101]), SessionHarness.message(5, [0, 1, 0, 1]),
        ]
        for attribute in UpdateMessageTests.attributes {
            var writer = ByteWriter()
            try UpdateMessage(attributes: [.origin(.igp), attribute]).encode(into: &writer, fourOctetASN: true)
            messages.append(writer.bytes)
        }
        return messages + Capture.all.map(\.bytes)
    }
}

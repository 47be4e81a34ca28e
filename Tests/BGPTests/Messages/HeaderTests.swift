import Addresses
import BGP
import TestSupport
import Testing
import WireCodec

@Suite("Message headers and framing") struct HeaderTests {
    struct Bad: Sendable {
        let bytes: [UInt8]
        let subcode: UInt8
        let data: [UInt8]
        let why: String
    }

    private static func header(_ length: UInt16, _ type: UInt8, marker: UInt8 = 0xFF) -> [UInt8] {
        [UInt8](repeating: 0xFF, count: 15) + [marker, UInt8(length >> 8), UInt8(truncatingIfNeeded: length), type]
    }

    /// RFC 4271 §6.1: subcode 1, no data; subcode 2, the length; subcode 3, the type.
    static let bad: [Bad] = [
        Bad(bytes: header(19, 4, marker: 0xFE), subcode: 1, data: [], why: "marker not all ones"),
        Bad(bytes: header(0, 9, marker: 0), subcode: 1, data: [], why: "the marker is checked first"),
        Bad(bytes: header(18, 4), subcode: 2, data: [0, 18], why: "shorter than a header"),
        Bad(bytes: header(0, 4), subcode: 2, data: [0, 0], why: "no length at all"),
        Bad(bytes: header(4097, 2), subcode: 2, data: [0x10, 0x01], why: "longer than 4096"),
        Bad(bytes: header(65535, 2), subcode: 2, data: [0xFF, 0xFF], why: "as long as can be said"),
        Bad(bytes: header(28, 1), subcode: 2, data: [0, 28], why: "OPEN shorter than 29"),
        Bad(bytes: header(22, 2), subcode: 2, data: [0, 22], why: "UPDATE shorter than 23"),
        Bad(bytes: header(20, 3), subcode: 2, data: [0, 20], why: "NOTIFICATION shorter than 21"),
        Bad(bytes: header(20, 4), subcode: 2, data: [0, 20], why: "KEEPALIVE longer than 19"),
        Bad(bytes: header(19, 0), subcode: 3, data: [0], why: "message type 0"),
        Bad(bytes: header(19, 6), subcode: 3, data: [6], why: "message type 6"),
        Bad(bytes: header(4096, 255), subcode: 3, data: [255], why: "message type 255"),
    ]

    @Test("A bad header has its NOTIFICATION", arguments: bad) func badHeader(_ row: Bad) {
        var framer = MessageFramer()
        framer.append(row.bytes)
        let error = #expect(throws: MessageError.self, "\(row.why)") {
            try framer.next(maximumLength: Header.maximumMessageLength)
        }
        #expect(
            error?.notification
                == NotificationMessage(code: .messageHeaderError, subcode: row.subcode, data: row.data), "\(row.why)")
    }

    @Test("Extended messages are taken where agreed, but not as OPEN") func extendedMessages() throws {
        let limit = Header.maximumExtendedMessageLength
        let update = try Header(decoding: Self.header(65535, 2).span, maximumLength: limit)
        #expect(update.messageLength == 65535)
        #expect(throws: MessageError.self) { try Header(decoding: Self.header(4097, 1).span, maximumLength: limit) }
        #expect(throws: MessageError.self) { try Header(decoding: Self.header(4097, 4).span, maximumLength: limit) }
    }

    @Test("A stream cut anywhere gives the same messages", arguments: UInt64(1)...5) func dripFeed(seed: UInt64) throws
    {
        var writer = ByteWriter()
        for number in 0..<40 {
            switch number % 4 {
            case 0: KeepaliveMessage().encode(into: &writer)
            case 1:
                NotificationMessage(code: .cease, subcode: 4, data: [UInt8](repeating: 7, count: number)).encode(
                    into: &writer)
            case 2: try UpdateMessage.endOfRIB(.ipv6).encode(into: &writer, fourOctetASN: true)
            default: RouteRefreshMessage(family: RouteFamily(unicast: .ipv4)).encode(into: &writer)
            }
        }
        func frames(_ cut: (Int) -> Int) throws -> [MessageFramer.Frame] {
            var framer = MessageFramer()
            var frames: [MessageFramer.Frame] = []
            var rest = writer.bytes[...]
            while !rest.isEmpty {
                let count = min(rest.count, max(1, cut(rest.count)))
                framer.append(rest.prefix(count))
                rest = rest.dropFirst(count)
                while let frame = try framer.next(maximumLength: 4096) { frames.append(frame) }
            }
            return frames
        }
        let whole = try frames { $0 }
        #expect(whole.count == 40)
        #expect(whole.flatMap(\.bytes) == writer.bytes)
        #expect(try frames { _ in 1 } == whole)
        var generator = SeededGenerator(seed: seed)
        #expect(try frames { _ in Int.random(in: 1...60, using: &generator) } == whole, "seed \(seed)")
    }
}

import BGP
import Testing
import WireCodec

@Suite("NOTIFICATION") struct NotificationMessageTests {
    @Test("Data of any length travels", arguments: [0, 1, 2, 255, 4075]) func roundTrip(length: Int) throws {
        let notification = NotificationMessage(
            code: .updateMessageError, subcode: 5, data: (0..<length).map { UInt8(truncatingIfNeeded: $0) })
        var writer = ByteWriter()
        notification.encode(into: &writer)
        #expect(try Header(decoding: writer.bytes.span, maximumLength: 4096).messageLength == 21 + length)
        let body = writer.bytes.span.extracting(droppingFirst: Header.length)
        #expect(try NotificationMessage(decoding: body) == notification)
    }

    @Test("Data too long for the message is cut") func cut() {
        var writer = ByteWriter()
        NotificationMessage(code: .updateMessageError, subcode: 2, data: [UInt8](repeating: 1, count: 9000))
            .encode(into: &writer)
        #expect(writer.count == 4096)
    }

    struct Text: Sendable {
        let data: [UInt8]
        let text: String?
        let why: String
    }

    /// RFC 9003 §2 and §4.
    static let texts: [Text] = [
        Text(data: [3, 98, 121, 101], text: "bye", why: "a text"),
        Text(data: [0], text: nil, why: "an empty one"), Text(data: [], text: nil, why: "none"),
        Text(data: [4, 98, 121, 101], text: nil, why: "length beyond the data"),
        Text(data: [2, 98, 121, 101], text: nil, why: "data beyond the length"),
        Text(data: [2, 0xC3, 0x28], text: nil, why: "not UTF-8"),
        Text(data: [5, 98, 0x1B, 121, 0x0A, 101], text: "bye", why: "what would move a terminal's cursor"),
        Text(data: [4, 0xF0, 0x9F, 0x90, 0xA6], text: "🐦", why: "UTF-8"),
    ]

    @Test("The text of a shutdown is read, and what is no text is not", arguments: texts) func text(_ row: Text) {
        let notification = NotificationMessage(code: .cease, subcode: 2, data: row.data)
        #expect(notification.shutdownText == row.text, "\(row.why)")
    }

    @Test("A text too long is cut between characters") func longText() throws {
        let text = String(repeating: "é", count: 200)
        let notification = NotificationMessage.cease(2, text: text)
        #expect(notification.data.count == 255)
        #expect(notification.shutdownText == String(repeating: "é", count: 127))
    }

    @Test("It says what it is in the registry's words") func description() {
        #expect(NotificationMessage.cease(2, text: "bye").description == "Cease, Administrative Shutdown: \"bye\"")
        #expect(NotificationMessage(code: .holdTimerExpired, subcode: 0).description == "Hold Timer Expired")
        #expect(
            NotificationMessage(code: ErrorCode(rawValue: 99), subcode: 7).description == "error code 99, subcode 7")
    }
}

import WireCodec

/// The header of every BGP message, RFC 4271 §4.1.
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |                      Marker: sixteen octets                   |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |          Length               |      Type     |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
package struct Header: Hashable, Sendable {
    /// The length of the header.
    package static let length = 19
    /// RFC 4271 §4: the longest message, where nothing else was agreed.
    package static let maximumMessageLength = 4096
    /// RFC 8654 §4: the longest message, where the Extended Message capability was agreed.
    package static let maximumExtendedMessageLength = 65535

    /// The length of the whole message, header included.
    package let messageLength: Int
    package let type: MessageType

    /// Reads and checks a header.
    ///
    /// - Parameter maximumLength: the longest message that the session allows.
    package init(decoding bytes: Span<UInt8>, maximumLength: Int) throws(MessageError) {
        var reader = ByteReader(bytes)
        let marker: UInt128
        let rawLength: UInt16
        let rawType: UInt8
        do throws(DecodeError) {
            marker = try reader.read()
            rawLength = try reader.read()
            rawType = try reader.read()
        } catch {
            throw MessageError(
                .messageHeaderError, ErrorSubcode.MessageHeader.badMessageLength, reason: "header \(error)")
        }
        // RFC 4271 §6.1: the marker is all ones.
        guard marker == .max else {
            throw MessageError(
                .messageHeaderError, ErrorSubcode.MessageHeader.connectionNotSynchronized,
                reason: "the marker is not all ones")
        }
        let type = MessageType(rawValue: rawType)
        let length = Int(rawLength)
        func badLength(_ expectation: String) -> MessageError {
            // RFC 4271 §6.1: the data is the erroneous length field.
            MessageError(
                .messageHeaderError, ErrorSubcode.MessageHeader.badMessageLength,
                data: [UInt8(rawLength >> 8), UInt8(truncatingIfNeeded: rawLength)],
                reason: "length \(length) of \(type), but \(expectation)")
        }
        // RFC 4271 §6.1: not shorter than the header, not longer than what is allowed.
        guard length >= Header.length else { throw badLength("a message has at least \(Header.length) octets") }
        guard length <= maximumLength else { throw badLength("at most \(maximumLength) are allowed") }
        switch type {
        case .open:
            // RFC 4271 §4.2 and §6.1; RFC 8654 §4: an OPEN stays within 4096 octets.
            guard length >= 29 else { throw badLength("it has at least 29") }
            guard length <= Header.maximumMessageLength else { throw badLength("it has at most 4096") }
        case .update:
            // RFC 4271 §4.3 and §6.1.
            guard length >= 23 else { throw badLength("it has at least 23") }
        case .notification:
            // RFC 4271 §4.5 and §6.1.
            guard length >= 21 else { throw badLength("it has at least 21") }
        case .keepalive:
            // RFC 4271 §4.4 and §6.1: the header alone.
            guard length == 19 else { throw badLength("it has exactly 19") }
        case .routeRefresh:
            // RFC 7313 §5 gives wrong lengths a NOTIFICATION of their own: see RouteRefreshMessage.
            break
        default:
            // RFC 4271 §6.1: the data is the erroneous type field.
            throw MessageError(
                .messageHeaderError, ErrorSubcode.MessageHeader.badMessageType, data: [rawType],
                reason: "unknown message type \(rawType)")
        }
        self.messageLength = length
        self.type = type
    }
}

extension ByteWriter {
    /// Writes a message: the header, whose length is filled in afterwards, and what `body` writes.
    ///
    /// - Throws: ``LengthOverflow`` if the message is longer than `limit`; the writer is then as it was before.
    mutating func writeMessage(
        _ type: MessageType, limit: Int = Header.maximumMessageLength,
        _ body: (inout ByteWriter) throws(LengthOverflow) -> Void
    ) throws(LengthOverflow) {
        let start = count
        write(UInt128.max)
        write(UInt16.zero)
        write(type.rawValue)
        do throws(LengthOverflow) {
            try body(&self)
            guard count - start <= limit, let length = UInt16(exactly: count - start) else {
                throw LengthOverflow(length: count - start, limit: limit)
            }
            overwrite(length, at: start + 16)
        } catch {
            truncate(to: start)
            throw error
        }
    }
}

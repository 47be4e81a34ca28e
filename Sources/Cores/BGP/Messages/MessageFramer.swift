import WireCodec

/// Cuts a stream of octets into messages, however the stream was cut before.
///
/// It holds at most one message and the chunk that was given last.
package struct MessageFramer: Hashable, Sendable {
    /// A whole message, its header checked.
    package struct Frame: Hashable, Sendable {
        package let type: MessageType
        /// The whole message, header included.
        package let bytes: [UInt8]
    }

    private var buffer: [UInt8] = []
    private var start = 0

    package init() {}

    package mutating func append(_ bytes: some Collection<UInt8>) {
        if start > 0 {
            buffer.removeSubrange(..<start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next whole message, or `nil` until more octets come.
    ///
    /// - Parameter maximumLength: the longest message that the session allows now.
    /// - Throws: what is wrong with the header. The stream cannot be read any further.
    package mutating func next(maximumLength: Int) throws(MessageError) -> Frame? {
        let available = buffer.count - start
        guard available >= Header.length else { return nil }
        let header = try Header(
            decoding: buffer.span.extracting(start..<start + Header.length), maximumLength: maximumLength)
        guard available >= header.messageLength else { return nil }
        let end = start + header.messageLength
        let frame = Frame(type: header.type, bytes: Array(buffer[start..<end]))
        if end == buffer.count {
            buffer.removeAll(keepingCapacity: buffer.capacity <= Header.maximumExtendedMessageLength)
            start = 0
        } else {
            start = end
        }
        return frame
    }
}

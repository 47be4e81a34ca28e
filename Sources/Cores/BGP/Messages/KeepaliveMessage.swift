import WireCodec

/// A KEEPALIVE, RFC 4271 §4.4: the header alone.
package struct KeepaliveMessage: Hashable, Sendable {
    package init() {}

    /// The whole message, which is always the same.
    package static let encoded: [UInt8] =
        [UInt8](repeating: 0xFF, count: 16) + [0, UInt8(Header.length), MessageType.keepalive.rawValue]

    package func encode(into writer: inout ByteWriter) { writer.write(bytes: KeepaliveMessage.encoded) }
}

import WireCodec

/// A NOTIFICATION, RFC 4271 §4.5: why a session ends. The connection is closed right after it.
///
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |  Error code   | Error subcode |   Data (variable)             |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
package struct NotificationMessage: Error, Hashable, Sendable {
    package let code: ErrorCode
    package let subcode: UInt8
    package let data: [UInt8]

    package init(code: ErrorCode, subcode: UInt8, data: [UInt8] = []) {
        self.code = code
        self.subcode = subcode
        self.data = data
    }

    /// RFC 9003 §2: the text of a shutdown has at most 255 octets of UTF-8, its length before it.
    package static let maximumShutdownTextLength = 255

    /// A Cease with a text for the peer's operator. A text too long is cut at a character.
    package static func cease(_ subcode: UInt8, text: String? = nil) -> NotificationMessage {
        guard let text, !text.isEmpty else { return NotificationMessage(code: .cease, subcode: subcode) }
        var octets: [UInt8] = []
        for character in text {
            let next = Array(character.utf8)
            guard octets.count + next.count <= maximumShutdownTextLength else { break }
            octets += next
        }
        return NotificationMessage(code: .cease, subcode: subcode, data: [UInt8(octets.count)] + octets)
    }

    /// RFC 8538 §3.1: this NOTIFICATION inside a Hard Reset.
    package var asHardReset: NotificationMessage {
        NotificationMessage(
            code: .cease, subcode: ErrorSubcode.Cease.hardReset, data: [code.rawValue, subcode] + data)
    }

    /// Decodes what follows the header.
    package init(decoding body: Span<UInt8>) throws(MessageError) {
        var reader = ByteReader(body)
        do throws(DecodeError) {
            code = ErrorCode(rawValue: try reader.read())
            subcode = try reader.read()
        } catch {
            throw MessageError(
                .messageHeaderError, ErrorSubcode.MessageHeader.badMessageLength, reason: "NOTIFICATION \(error)")
        }
        data = reader.readRest()
    }

    package func encode(into writer: inout ByteWriter, limit: Int = Header.maximumMessageLength) {
        // RFC 4271 §6.4: data that would not fit is of no use to anyone; the codes are what must arrive.
        let room = limit - Header.length - 2
        do throws(LengthOverflow) {
            try writer.writeMessage(.notification, limit: limit) { writer in
                writer.write(code.rawValue)
                writer.write(subcode)
                writer.write(bytes: data.prefix(room))
            }
        } catch { preconditionFailure("a NOTIFICATION cut to \(limit) octets does not fit: \(error)") }
    }

    /// The text that comes with an administrative shutdown or reset (RFC 9003 §2), or inside a hard reset (RFC 8538 §3.1).
    /// `nil` if there is none, or if it is malformed.
    package var shutdownText: String? {
        guard code == .cease else { return nil }
        switch subcode {
        case ErrorSubcode.Cease.hardReset:
            guard data.count >= 2 else { return nil }
            return NotificationMessage(
                code: ErrorCode(rawValue: data[0]), subcode: data[1], data: Array(data.dropFirst(2))
            ).innerShutdownText
        default: return innerShutdownText
        }
    }

    private var innerShutdownText: String? {
        guard code == .cease,
            subcode == ErrorSubcode.Cease.administrativeShutdown || subcode == ErrorSubcode.Cease.administrativeReset,
            let length = data.first, length > 0, data.count == Int(length) + 1
        else { return nil }
        // RFC 9003 §4: what cannot be printed must not reach a terminal.
        return String(validating: data.dropFirst(), as: UTF8.self).map { text in
            String(String.UnicodeScalarView(text.unicodeScalars.filter { !$0.properties.isControl }))
        }
    }
}

extension Unicode.Scalar.Properties {
    fileprivate var isControl: Bool { generalCategory == .control || generalCategory == .format }
}

extension NotificationMessage: CustomStringConvertible {
    /// The code and subcode in the words of the registry, and the text if there is one.
    package var description: String {
        let name = NotificationMessage.name(of: code, subcode) ?? "subcode \(subcode)"
        let area = NotificationMessage.name(of: code) ?? "error code \(code.rawValue)"
        let text = shutdownText.map { ": \"\($0)\"" } ?? ""
        return (subcode == 0 ? area : "\(area), \(name)") + text
    }

    private static func name(of code: ErrorCode) -> String? {
        switch code {
        case .messageHeaderError: "Message Header Error"
        case .openMessageError: "OPEN Message Error"
        case .updateMessageError: "UPDATE Message Error"
        case .holdTimerExpired: "Hold Timer Expired"
        case .finiteStateMachineError: "Finite State Machine Error"
        case .cease: "Cease"
        case .routeRefreshMessageError: "ROUTE-REFRESH Message Error"
        case .sendHoldTimerExpired: "Send Hold Timer Expired"
        default: nil
        }
    }

    private static func name(of code: ErrorCode, _ subcode: UInt8) -> String? {
        switch (code, subcode) {
        case (.messageHeaderError, 1): "Connection Not Synchronized"
        case (.messageHeaderError, 2): "Bad Message Length"
        case (.messageHeaderError, 3): "Bad Message Type"
        case (.openMessageError, 1): "Unsupported Version Number"
        case (.openMessageError, 2): "Bad Peer AS"
        case (.openMessageError, 3): "Bad BGP Identifier"
        case (.openMessageError, 4): "Unsupported Optional Parameter"
        case (.openMessageError, 6): "Unacceptable Hold Time"
        case (.openMessageError, 7): "Unsupported Capability"
        case (.openMessageError, 11): "Role Mismatch"
        case (.updateMessageError, 1): "Malformed Attribute List"
        case (.updateMessageError, 2): "Unrecognized Well-known Attribute"
        case (.updateMessageError, 3): "Missing Well-known Attribute"
        case (.updateMessageError, 4): "Attribute Flags Error"
        case (.updateMessageError, 5): "Attribute Length Error"
        case (.updateMessageError, 6): "Invalid ORIGIN Attribute"
        case (.updateMessageError, 8): "Invalid NEXT_HOP Attribute"
        case (.updateMessageError, 9): "Optional Attribute Error"
        case (.updateMessageError, 10): "Invalid Network Field"
        case (.updateMessageError, 11): "Malformed AS_PATH"
        case (.finiteStateMachineError, 1): "Unexpected Message in OpenSent"
        case (.finiteStateMachineError, 2): "Unexpected Message in OpenConfirm"
        case (.finiteStateMachineError, 3): "Unexpected Message in Established"
        case (.cease, 1): "Maximum Number of Prefixes Reached"
        case (.cease, 2): "Administrative Shutdown"
        case (.cease, 3): "Peer De-configured"
        case (.cease, 4): "Administrative Reset"
        case (.cease, 5): "Connection Rejected"
        case (.cease, 6): "Other Configuration Change"
        case (.cease, 7): "Connection Collision Resolution"
        case (.cease, 8): "Out of Resources"
        case (.cease, 9): "Hard Reset"
        case (.cease, 10): "BFD Down"
        case (.routeRefreshMessageError, 1): "Invalid Message Length"
        default: nil
        }
    }
}

/// What makes a message so wrong that the session must end: the NOTIFICATION to send, and the reason in words.
package struct MessageError: Error, Hashable, Sendable, CustomStringConvertible {
    package let notification: NotificationMessage
    /// A clause for a person: what was wrong with what.
    package let reason: String

    package init(_ code: ErrorCode, _ subcode: UInt8, data: [UInt8] = [], reason: String) {
        notification = NotificationMessage(code: code, subcode: subcode, data: data)
        self.reason = reason
    }

    package var description: String { "\(notification): \(reason)" }
}

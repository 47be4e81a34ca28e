/// The secret of TCP-MD5 (RFC 2385). It never prints.
package struct TCPPassword: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable
{
    package let octets: [UInt8]

    /// What Linux takes at most (`TCP_MD5SIG_MAXKEYLEN`).
    package static let maximumLength = 80

    /// `nil` if the password is empty or too long.
    package init?(_ text: String) { self.init(octets: Array(text.utf8)) }

    /// `nil` if the password is empty or too long.
    package init?(octets: [UInt8]) {
        guard (1...TCPPassword.maximumLength).contains(octets.count) else { return nil }
        self.octets = octets
    }

    package var description: String { "(secret)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

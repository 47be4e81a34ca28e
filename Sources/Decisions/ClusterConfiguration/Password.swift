/// A secret that is used but never shown: no description, mirror or interpolation has it.
package struct Password: Hashable, Sendable {
    /// The secret itself, for TCP-MD5 (RFC 2385): at most ``maximumLength`` octets.
    package let octets: [UInt8]

    /// What Linux takes: TCP_MD5SIG_MAXKEYLEN of tcp(7).
    package static let maximumLength = 80

    package init(octets: some Collection<UInt8>) { self.octets = Array(octets) }

    package init(_ text: String) { octets = Array(text.utf8) }
}

extension Password: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "redacted" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

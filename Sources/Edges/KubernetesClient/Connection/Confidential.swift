/// Octets that no log, error or description may show.
package struct Confidential: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    package let octets: [UInt8]

    package init(_ octets: [UInt8]) { self.octets = octets }

    package init(_ text: String) { octets = Array(text.utf8) }

    package var text: String { String(decoding: octets, as: UTF8.self) }
    package var description: String { "(confidential)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// The flags of a path attribute: RFC 4271 §4.3.
package struct AttributeFlags: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let optional = AttributeFlags(rawValue: 0x80)
    package static let transitive = AttributeFlags(rawValue: 0x40)
    package static let partial = AttributeFlags(rawValue: 0x20)
    package static let extendedLength = AttributeFlags(rawValue: 0x10)
}

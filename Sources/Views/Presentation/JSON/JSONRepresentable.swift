import Timing

/// What can be printed as JSON.
package protocol JSONRepresentable {
    var json: JSONValue { get }
}

extension JSONValue: JSONRepresentable {
    package var json: JSONValue { self }
}

extension Bool: JSONRepresentable {
    package var json: JSONValue { .boolean(self) }
}

extension String: JSONRepresentable {
    package var json: JSONValue { .string(self) }
}

extension Int: JSONRepresentable {
    package var json: JSONValue { .integer(Int128(self)) }
}

extension UInt32: JSONRepresentable {
    package var json: JSONValue { .integer(Int128(self)) }
}

extension UInt64: JSONRepresentable {
    package var json: JSONValue { .integer(Int128(self)) }
}

extension UInt128: JSONRepresentable {
    /// Clamped to 127 bits.
    package var json: JSONValue { .integer(Int128(clamping: self)) }
}

extension Timestamp: JSONRepresentable {
    package var json: JSONValue { .string(description) }
}

extension Optional: JSONRepresentable where Wrapped: JSONRepresentable {
    package var json: JSONValue { self?.json ?? .null }
}

extension Array: JSONRepresentable where Element: JSONRepresentable {
    package var json: JSONValue { .array(map(\.json)) }
}

/// A JSON document whose members keep their order: what every `-o json`, `-o yaml` and `/v1/status` is printed from.
///
/// Literals make one: `["service": "default/web", "ips": ["192.0.2.1"], "pool": nil]`.
package enum JSONValue: Hashable, Sendable {
    case null
    case boolean(Bool)
    case integer(Int128)
    case string(String)
    case array([JSONValue])
    /// In the order in which they are printed. Names must not repeat.
    case object([JSONMember])

    /// This object with more members at its end; those without a value are left out.
    ///
    /// Members that the contract names are always printed, with `null` where nothing is known; members added since
    /// are printed where there is something to say.
    func adding(_ additions: KeyValuePairs<String, JSONValue>) -> JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(
            members
                + additions.compactMap { name, value in value == .null ? nil : JSONMember(name: name, value: value) })
    }

    /// Whether it holds other values.
    var isEmptyOrScalar: Bool {
        switch self {
        case .null, .boolean, .integer, .string: true
        case .array(let elements): elements.isEmpty
        case .object(let members): members.isEmpty
        }
    }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral {
    package init(nilLiteral: ()) { self = .null }
    package init(booleanLiteral value: Bool) { self = .boolean(value) }
    package init(integerLiteral value: Int64) { self = .integer(Int128(value)) }
}

extension JSONValue: ExpressibleByStringLiteral {
    package init(stringLiteral value: String) { self = .string(value) }
}

extension JSONValue: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }

    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { JSONMember(name: $0.0, value: $0.1) })
    }
}

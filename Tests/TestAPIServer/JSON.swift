import Foundation

/// Any JSON value, as an API server keeps objects that it does not understand.
package enum JSON: Hashable, Sendable, Codable, ExpressibleByStringLiteral, ExpressibleByDictionaryLiteral,
    ExpressibleByArrayLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int) { self = .number(Double(value)) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(nilLiteral: ()) { self = .null }
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(Dictionary(elements) { _, last in last })
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSON].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSON].self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .number(let value):
            if let whole = Int64(exactly: value) { try container.encode(whole) } else { try container.encode(value) }
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }

    package init(_ text: [UInt8]) throws { self = try JSONDecoder().decode(JSON.self, from: Data(text)) }

    package var text: [UInt8] {
        let encoder = JSONEncoder()
        // For the API server, which reads what is applied as YAML.
        encoder.outputFormatting = .withoutEscapingSlashes
        return (try? encoder.encode(self)).map(Array.init) ?? []
    }

    /// The value at a path of names; setting `nil` removes it.
    package subscript(_ path: String...) -> JSON? {
        get { self[path[...]] }
        set { self[path[...]] = newValue }
    }

    private subscript(_ path: ArraySlice<String>) -> JSON? {
        get {
            guard let first = path.first else { return self }
            guard case .object(let members) = self else { return nil }
            return members[first]?[path.dropFirst()]
        }
        set {
            guard let first = path.first else {
                self = newValue ?? .null
                return
            }
            var members: [String: JSON] = [:]
            if case .object(let present) = self { members = present }
            if path.count == 1 {
                members[first] = newValue
            } else {
                var inner = members[first] ?? .object([:])
                inner[path.dropFirst()] = newValue
                members[first] = inner
            }
            self = .object(members)
        }
    }

    package var string: String? { if case .string(let value) = self { value } else { nil } }
    package var int: Int? { if case .number(let value) = self { Int(exactly: value) } else { nil } }
    package var array: [JSON]? { if case .array(let value) = self { value } else { nil } }
    package var object: [String: JSON]? { if case .object(let value) = self { value } else { nil } }
    package var strings: [String] { (array ?? []).compactMap(\.string) }

    /// RFC 7386.
    package func merged(with patch: JSON) -> JSON {
        guard case .object(let changes) = patch else { return patch }
        var members = object ?? [:]
        for (name, change) in changes {
            if change == .null {
                members.removeValue(forKey: name)
            } else {
                members[name] = (members[name] ?? .object([:])).merged(with: change)
            }
        }
        return .object(members)
    }
}

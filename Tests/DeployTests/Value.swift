import Foundation
import Yams

/// What a YAML document holds.
enum Value: Hashable, Sendable {
    case null
    case bool(Bool)
    case int(Int)
    case text(String)
    case list([Value])
    case map([String: Value])

    init(_ any: Any?) {
        switch any {
        case let value as Bool: self = .bool(value)
        case let value as Int: self = .int(value)
        case let value as String: self = .text(value)
        case let value as [Any]: self = .list(value.map { Value($0) })
        case let value as [String: Any]: self = .map(value.mapValues { Value($0) })
        case .some(let value) where !(value is NSNull): self = .text("\(value)")
        default: self = .null
        }
    }

    /// The documents of a YAML text; those that are empty left out.
    static func documents(in yaml: String) throws -> [Value] {
        try Yams.load_all(yaml: yaml).map { Value($0) }.filter { $0 != .null }
    }

    subscript(key: String) -> Value {
        if case .map(let map) = self { map[key] ?? .null } else { .null }
    }

    /// Follows keys that are separated by dots.
    func at(_ path: String) -> Value { path.split(separator: ".").reduce(self) { $0[String($1)] } }

    var text: String? { if case .text(let text) = self { text } else { nil } }
    var int: Int? { if case .int(let int) = self { int } else { nil } }
    var bool: Bool? { if case .bool(let bool) = self { bool } else { nil } }
    var list: [Value] { if case .list(let list) = self { list } else { [] } }
    var map: [String: Value] { if case .map(let map) = self { map } else { [:] } }
    var texts: [String] { list.compactMap(\.text) }

    /// As JSON, which is YAML too.
    var json: String {
        let data = try? JSONSerialization.data(withJSONObject: any, options: [.fragmentsAllowed, .sortedKeys])
        return String(decoding: data ?? Data(), as: UTF8.self)
    }

    private var any: Any {
        switch self {
        case .null: NSNull()
        case .bool(let value): value
        case .int(let value): value
        case .text(let value): value
        case .list(let value): value.map(\.any)
        case .map(let value): value.mapValues(\.any)
        }
    }
}

// MARK: - Objects of Kubernetes
extension Value {
    var kind: String { self["kind"].text ?? "" }
    var name: String { at("metadata.name").text ?? "" }
    var namespace: String? { at("metadata.namespace").text }
    /// Which object this is.
    var identity: String { [kind, namespace ?? "", name].joined(separator: "/") }
}

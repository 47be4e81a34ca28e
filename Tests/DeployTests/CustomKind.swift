import Foundation

/// A kind as its CustomResourceDefinition has it.
struct CustomKind {
    let definition: Value

    static let files = Repository.files(below: "deploy/crds", ".yaml").filter { !$0.hasSuffix("kustomization.yaml") }

    static func all() throws -> [CustomKind] {
        try files.flatMap { try Repository.documents($0) }.map { CustomKind(definition: $0) }
    }

    static func find(_ kind: String) throws -> CustomKind? { try all().first { $0.kind == kind } }

    var kind: String { definition.at("spec.names.kind").text ?? "" }
    var version: Value { definition.at("spec.versions").list.first ?? .null }
    var schema: Value { version.at("schema.openAPIV3Schema") }

    /// Every field below a schema, by its path (`spec.addresses[]`), with its schema.
    static func fields(of schema: Value, at path: String) -> [String: Value] {
        var fields: [String: Value] = [:]
        for (name, property) in schema["properties"].map {
            let place = path.isEmpty ? name : "\(path).\(name)"
            fields[place] = property
            fields.merge(CustomKind.fields(of: property, at: place)) { first, _ in first }
        }
        if schema["items"] != .null {
            fields["\(path)[]"] = schema["items"]
            fields.merge(CustomKind.fields(of: schema["items"], at: "\(path)[]")) { first, _ in first }
        }
        return fields
    }

    /// Fields of an object that the schema does not have: the API server would drop them without a word.
    func unknownFields(of object: Value) -> [String] {
        CustomKind.unknown(object, schema, at: "").filter { !$0.hasPrefix("metadata.") }.sorted()
    }

    private static func unknown(_ value: Value, _ schema: Value, at path: String) -> [String] {
        switch value {
        case .map(let map):
            guard schema["additionalProperties"] == .null else { return [] }
            return map.flatMap { name, part -> [String] in
                let place = path.isEmpty ? name : "\(path).\(name)"
                guard let property = schema["properties"].map[name] else { return [place] }
                return unknown(part, property, at: place)
            }
        case .list(let list): return list.flatMap { unknown($0, schema["items"], at: "\(path)[]") }
        default: return []
        }
    }
}

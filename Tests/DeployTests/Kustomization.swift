import TestSupport

/// Builds a kustomization of `deploy/`: the part of kustomize that they use, which is resources, components, patches,
/// and images. Anything else is an error, so that nothing is passed over.
struct Kustomization {
    private(set) var objects: [Value] = []

    private static let known: Set = ["apiVersion", "kind", "resources", "components", "patches", "images"]

    init(_ folder: String) throws {
        let documents = try Repository.documents("\(folder)/kustomization.yaml")
        guard let own = documents.first, documents.count == 1 else {
            throw TestFailure("\(folder): a kustomization is one document")
        }
        let unknown = Set(own.map.keys).subtracting(Kustomization.known)
        guard unknown.isEmpty else { throw TestFailure("\(folder): \(unknown.sorted()) is not understood here") }
        for resource in own["resources"].texts + own["components"].texts {
            let path = Kustomization.join(folder, resource)
            if resource.hasSuffix(".yaml") {
                objects += try Repository.documents(path)
            } else {
                objects += try Kustomization(path).objects
            }
        }
        for patch in own["patches"].list {
            if let path = patch["path"].text, patch.map.count == 1 {
                for document in try Repository.documents(Kustomization.join(folder, path)) {
                    try apply(document, folder)
                }
            } else if let text = patch["patch"].text, patch.map.count == 2 {
                try change(patch["target"], by: text, folder)
            } else {
                throw TestFailure("\(folder): a patch is a file, or has a target and operations, here")
            }
        }
        for image in own["images"].list { try replace(image, folder) }
    }

    subscript(kind: String, name: String) -> Value? { objects.first { $0.kind == kind && $0.name == name } }

    private mutating func apply(_ patch: Value, _ folder: String) throws {
        guard let index = objects.firstIndex(where: { $0.identity == patch.identity }) else {
            throw TestFailure("\(folder): there is no \(patch.identity) to patch")
        }
        objects[index] = Kustomization.merge(objects[index], patch)
    }

    /// A JSON patch (RFC 6902) of one object: the operations test, add and replace.
    private mutating func change(_ target: Value, by text: String, _ folder: String) throws {
        guard let kind = target["kind"].text, let name = target["name"].text,
            let index = objects.firstIndex(where: { $0.kind == kind && $0.name == name })
        else { throw TestFailure("\(folder): there is no \(target) to patch") }
        for operation in try Value.documents(in: text).flatMap(\.list) {
            let path = operation["path"].text?.split(separator: "/").map(String.init) ?? []
            objects[index] = try Kustomization.change(objects[index], at: path[...], operation, folder)
        }
    }

    private static func change(
        _ value: Value, at path: ArraySlice<String>, _ operation: Value, _ folder: String
    ) throws -> Value {
        guard let key = path.first else {
            guard operation["op"].text != "test" || operation["value"] == value else {
                throw TestFailure("\(folder): \(operation) does not hold of \(value)")
            }
            return operation["value"]
        }
        switch value {
        case .map(var map):
            map[key] = try change(map[key] ?? .null, at: path.dropFirst(), operation, folder)
            return .map(map)
        case .list(var list):
            if key == "-", path.count == 1, operation["op"].text == "add" { return .list(list + [operation["value"]]) }
            guard let index = Int(key), list.indices.contains(index) else {
                throw TestFailure("\(folder): there is nothing at \(operation["path"])")
            }
            list[index] = try change(list[index], at: path.dropFirst(), operation, folder)
            return .list(list)
        default: throw TestFailure("\(folder): there is nothing at \(operation["path"])")
        }
    }

    /// Strategic merge: mappings are merged, lists of things with names by name, other lists replaced.
    private static func merge(_ old: Value, _ new: Value) -> Value {
        switch (old, new) {
        case (.map(let a), .map(let b)): return .map(a.merging(b) { merge($0, $1) })
        case (.list(let a), .list(let b)) where !b.isEmpty && b.allSatisfy({ $0["name"].text != nil }):
            var result = a
            for item in b {
                if let index = result.firstIndex(where: { $0["name"] == item["name"] }) {
                    result[index] = merge(result[index], item)
                } else {
                    result.append(item)
                }
            }
            return .list(result)
        default: return new
        }
    }

    private mutating func replace(_ image: Value, _ folder: String) throws {
        guard let name = image["name"].text, let new = image["newName"].text, let tag = image["newTag"].text else {
            throw TestFailure("\(folder): an image has name, newName and newTag here")
        }
        objects = objects.map { Kustomization.replace(name, with: "\(new):\(tag)", in: $0) }
    }

    private static func replace(_ name: String, with image: String, in value: Value) -> Value {
        switch value {
        case .map(let map):
            return .map(
                Dictionary(
                    uniqueKeysWithValues: map.map { key, part in
                        (
                            key,
                            key == "image" && part == .text(name) ? .text(image) : replace(name, with: image, in: part)
                        )
                    }))
        case .list(let list): return .list(list.map { replace(name, with: image, in: $0) })
        default: return value
        }
    }

    /// A path relative to a folder, without `..`.
    private static func join(_ folder: String, _ path: String) -> String {
        var parts = folder.split(separator: "/")
        for part in path.split(separator: "/") {
            if part == ".." { parts.removeLast() } else { parts.append(part) }
        }
        return parts.joined(separator: "/")
    }
}

import KubernetesModel

/// An object of a list, or the reason why it could not be understood: one bad object leaves the others as they are.
package struct LenientObject<Object: KubernetesObject & Decodable & Sendable>: Decodable, Sendable {
    /// Its marks, as far as they could be read.
    package var metadata: ObjectMeta?
    package var object: Object?
    /// Why `object` is `nil`.
    package var problem: String?

    /// `nil` if not even that could be read.
    package var name: NamespacedName? {
        metadata.map { NamespacedName(namespace: $0.namespace ?? Object.defaultNamespace, name: $0.name) }
    }
}

extension LenientObject {
    private struct Head: Decodable {
        var metadata: ObjectMeta
    }

    package init(from decoder: any Decoder) throws {
        do {
            let object = try Object(from: decoder)
            self.object = object
            metadata = object.metadata
        } catch {
            object = nil
            metadata = try? Head(from: decoder).metadata
            problem = (error as? DecodingError)?.place ?? "\(error)"
        }
    }
}

extension DecodingError {
    /// Which field is wrong, and how.
    package var place: String {
        func path(_ keys: [any CodingKey]) -> String {
            keys.reduce("") { text, key in
                key.intValue.map { "\(text)[\($0)]" } ?? (text.isEmpty ? key.stringValue : "\(text).\(key.stringValue)")
            }
        }
        return switch self {
        case .keyNotFound(let key, let context): "\(path(context.codingPath + [key])) is missing"
        case .typeMismatch(let type, let context): "\(path(context.codingPath)) is not a \(type)"
        case .valueNotFound(_, let context): "\(path(context.codingPath)) is null"
        case .dataCorrupted(let context): "\(path(context.codingPath)): \(context.debugDescription)"
        @unknown default: "it cannot be read"
        }
    }
}

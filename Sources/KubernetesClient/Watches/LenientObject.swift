import KubernetesModel

/// An object of a list, or the reason why it could not be understood: one bad object leaves the others as they are.
struct LenientObject<Object: KubernetesObject & Decodable & Sendable>: Decodable, Sendable {
    private struct Head: Decodable {
        var metadata: ObjectMeta
    }

    /// Its marks, as far as they could be read.
    var metadata: ObjectMeta?
    var object: Object?
    /// Why `object` is `nil`.
    var problem: String?

    init(from decoder: any Decoder) throws {
        do {
            let object = try Object(from: decoder)
            self.object = object
            metadata = object.metadata
        } catch let error as DecodingError {
            metadata = try? Head(from: decoder).metadata
            problem = error.place
        }
    }
}

extension DecodingError {
    /// Which field is wrong, and how.
    var place: String {
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

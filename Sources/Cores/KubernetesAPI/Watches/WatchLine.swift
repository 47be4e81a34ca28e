import KubernetesModel

/// One line of a watch's answer (meta/v1 WatchEvent).
package enum WatchLine<Object: KubernetesObject & Decodable & Sendable>: Decodable, Sendable {
    case added(LenientObject<Object>)
    case modified(LenientObject<Object>)
    case deleted(LenientObject<Object>)
    /// Up to this version everything has been said.
    case bookmark(resourceVersion: String?)
    case error(StatusAnswer)
    /// A type that is not known: of a later version of Kubernetes.
    case other(String)

    private struct Bookmark: Decodable {
        struct Metadata: Decodable {
            var resourceVersion: String?
        }
        var metadata: Metadata?
    }

    private enum CodingKeys: String, CodingKey { case type, object }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let type = try container.decode(String.self, forKey: .type)
        func object() throws -> LenientObject<Object> {
            try container.decode(LenientObject<Object>.self, forKey: .object)
        }
        switch type {
        case "ADDED": self = .added(try object())
        case "MODIFIED": self = .modified(try object())
        case "DELETED": self = .deleted(try object())
        case "BOOKMARK":
            let bookmark = try container.decode(Bookmark.self, forKey: .object)
            self = .bookmark(resourceVersion: bookmark.metadata?.resourceVersion)
        case "ERROR": self = .error(try container.decode(StatusAnswer.self, forKey: .object))
        default: self = .other(type)
        }
    }
}

import KubernetesModel

/// A page of a list.
struct ListPage<Object: KubernetesObject & Decodable & Sendable>: Decodable, Sendable {
    struct Metadata: Decodable, Sendable {
        var resourceVersion: String?
        /// Where the next page begins; empty or absent on the last.
        var `continue`: String?
    }

    var metadata: Metadata
    var items: [LenientObject<Object>]

    private enum CodingKeys: String, CodingKey { case metadata, items }
}

extension ListPage {
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decode(Metadata.self, forKey: .metadata)
        // An empty list of some kinds has `null`.
        items = try container.decodeIfPresent([LenientObject<Object>].self, forKey: .items) ?? []
    }
}

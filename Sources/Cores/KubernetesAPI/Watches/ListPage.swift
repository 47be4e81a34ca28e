import KubernetesModel

/// A page of a list.
package struct ListPage<Object: KubernetesObject & Decodable & Sendable>: Decodable, Sendable {
    package struct Metadata: Decodable, Sendable {
        package var resourceVersion: String?
        /// Where the next page begins; empty or absent on the last.
        package var `continue`: String?
    }

    package var metadata: Metadata
    package var items: [LenientObject<Object>]

    private enum CodingKeys: String, CodingKey { case metadata, items }
}

extension ListPage {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        metadata = try container.decode(Metadata.self, forKey: .metadata)
        // An empty list of some kinds has `null`.
        items = try container.decodeIfPresent([LenientObject<Object>].self, forKey: .items) ?? []
    }
}

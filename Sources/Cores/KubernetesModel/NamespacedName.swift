/// The name of an object within its kind: `NAMESPACE/NAME`, or `NAME` alone for a kind without namespaces.
package struct NamespacedName: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// `nil` for kinds without namespaces.
    package let namespace: String?
    package let name: String

    package init(namespace: String?, name: String) {
        self.namespace = namespace
        self.name = name
    }

    /// Reads what ``description`` writes; `nil` if a part is empty, or if there are more than two.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.init(namespace: parts.count == 2 ? String(parts[0]) : nil, name: String(parts[parts.count - 1]))
    }

    /// The same for a kind with namespaces: `nil` also where no namespace is given.
    package init?(namespaced text: String) {
        guard let name = NamespacedName(text), name.namespace != nil else { return nil }
        self = name
    }

    package var description: String { namespace.map { "\($0)/\(name)" } ?? name }

    package static func < (a: NamespacedName, b: NamespacedName) -> Bool {
        (a.namespace ?? "", a.name) < (b.namespace ?? "", b.name)
    }
}

/// A Namespace (core/v1): its labels are all that Martlet reads.
package struct Namespace: Codable, Hashable, Sendable {
    package var metadata: ObjectMeta

    package init(metadata: ObjectMeta) { self.metadata = metadata }
}

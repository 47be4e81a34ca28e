/// The name of an object within its kind: `NAMESPACE/NAME`, or `NAME` alone for a kind without namespaces.
package struct NamespacedName: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// `nil` for kinds without namespaces.
    package let namespace: String?
    package let name: String

    package init(namespace: String?, name: String) {
        self.namespace = namespace
        self.name = name
    }

    package var description: String { namespace.map { "\($0)/\(name)" } ?? name }

    package static func < (a: NamespacedName, b: NamespacedName) -> Bool {
        (a.namespace ?? "", a.name) < (b.namespace ?? "", b.name)
    }
}

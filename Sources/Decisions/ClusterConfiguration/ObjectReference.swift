import KubernetesModel

/// Names one object in messages: `KIND/NAMESPACE/NAME`, or `KIND/NAME` for a kind without namespaces.
package struct ObjectReference: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let kind: String
    package let name: NamespacedName

    package init(kind: String, name: NamespacedName) {
        self.kind = kind
        self.name = name
    }

    /// Bounded: a cluster bounds names, a file does not.
    package var description: String { "\(kind)/\(name)".bounded(to: 512) }

    package static func < (a: ObjectReference, b: ObjectReference) -> Bool {
        (a.kind, a.name) < (b.kind, b.name)
    }
}

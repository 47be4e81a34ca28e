import ClusterConfiguration
import KubernetesModel

/// Names one object of Martlet's kinds in a cluster.
package struct ConfigurationKey: Hashable, Sendable, Comparable {
    package var group: ConfigurationObjects.Group
    package var kind: String
    package var name: NamespacedName

    package init(_ group: ConfigurationObjects.Group, _ kind: String, _ name: NamespacedName) {
        self.group = group
        self.kind = kind
        self.name = name
    }

    package static func < (a: ConfigurationKey, b: ConfigurationKey) -> Bool {
        (a.kind, a.name, a.group.rawValue) < (b.kind, b.name, b.group.rawValue)
    }
}

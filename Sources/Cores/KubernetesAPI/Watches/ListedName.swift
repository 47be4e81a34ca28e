import KubernetesModel

/// How objects of a watch are distinguished.
package enum ListedName {
    package static func of<Object: KubernetesObject>(_ object: Object) -> NamespacedName {
        NamespacedName(namespace: object.metadata.namespace ?? Object.defaultNamespace, name: object.metadata.name)
    }
}

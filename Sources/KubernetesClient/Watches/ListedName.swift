import KubernetesModel

/// How objects of a watch are told apart.
enum ListedName {
    static func of<Object: KubernetesObject>(_ object: Object) -> NamespacedName {
        NamespacedName(namespace: object.metadata.namespace ?? Object.defaultNamespace, name: object.metadata.name)
    }
}

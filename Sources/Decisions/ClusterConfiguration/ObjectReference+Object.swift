import KubernetesModel

extension ObjectReference {
    /// Names an object by its kind, its namespace (or the kind's default), and its name.
    package init<Object: KubernetesObject>(_ object: Object) {
        self.init(
            kind: Object.kind,
            name: NamespacedName(
                namespace: object.metadata.namespace ?? Object.defaultNamespace, name: object.metadata.name))
    }
}

import KubernetesModel

/// What a write is to. Of several writes to one thing only one is under way at a time.
package enum WriteKey: Hashable, Sendable {
    case service(NamespacedName)
    case configuration(ConfigurationKey)
}

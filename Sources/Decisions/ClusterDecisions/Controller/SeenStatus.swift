import KubernetesModel

/// What the status of an object of Martlet's kinds says, and of which form of the object.
struct SeenStatus: Hashable, Sendable {
    var version: String
    var generation: Int64?
    var resourceVersion: String?
    var conditions: [Condition]
    var counts: ConfigurationPatch.Counts?
}

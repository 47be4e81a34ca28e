import KubernetesModel

/// What is to be written to the status of an object of Martlet's kinds.
package struct ConfigurationPatch: Hashable, Sendable {
    package var key: ConfigurationKey
    /// The version of the object in its API group, for example `v1beta1`.
    package var version: String
    package var resourceVersion: String?
    /// The condition `Valid`; `nil` where the kind has no conditions.
    package var conditions: [Condition]?
    /// The counts of a pool; `nil` for other kinds.
    package var counts: Counts?

    package struct Counts: Hashable, Sendable {
        package var assignedIPv4: Int64
        package var assignedIPv6: Int64
        package var availableIPv4: Int64
        package var availableIPv6: Int64
    }
}

import Announcement
import ClusterConfiguration
import KubernetesModel

/// What has changed in the cluster, as far as announcing depends on it. All of it takes effect together.
package struct SpeakerUpdate: Hashable, Sendable {
    /// `nil`: as before.
    package var configuration: Configuration?
    /// All nodes; `nil`: as before.
    package var nodes: [Node]?
    /// Services with addresses that are new or changed.
    package var services: [AnnouncedService]
    /// Services that are gone, or have no address any more.
    package var removed: [NamespacedName]

    package init(
        configuration: Configuration? = nil, nodes: [Node]? = nil, services: [AnnouncedService] = [],
        removed: [NamespacedName] = []
    ) {
        self.configuration = configuration
        self.nodes = nodes
        self.services = services
        self.removed = removed
    }

    package var isEmpty: Bool { configuration == nil && nodes == nil && services.isEmpty && removed.isEmpty }
}

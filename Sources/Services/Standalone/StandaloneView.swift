import ClusterConfiguration
import ClusterDecisions
import KubernetesModel
import Timing

/// What can be asked of ``StandaloneService``: a copy of what it has decided.
package struct StandaloneView: Sendable {
    package var core: StandaloneCore
    /// Why the assignments are not on disk; `nil` if they are.
    package var saveFailure: Problem?
    /// When each Service got what it has now, as far as this process has seen it.
    package var assignedSince: [NamespacedName: Timestamp]
}

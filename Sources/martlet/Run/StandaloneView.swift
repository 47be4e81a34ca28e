import ClusterConfiguration
import KubernetesModel
import Timing

/// What can be asked of ``StandaloneService``: a copy of what it has decided.
struct StandaloneView: Sendable {
    var core: StandaloneCore
    /// Why the assignments are not on disk; `nil` if they are.
    var saveFailure: Problem?
    /// When each Service got what it has now, as far as this process has seen it.
    var assignedSince: [NamespacedName: Timestamp]
}

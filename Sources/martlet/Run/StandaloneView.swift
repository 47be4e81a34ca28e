import ClusterConfiguration

/// What can be asked of ``StandaloneService``: a copy of what it has decided.
struct StandaloneView: Sendable {
    var core: StandaloneCore
    /// Why the assignments are not on disk; `nil` if they are.
    var saveFailure: Problem?
}

import ServiceLifecycle

/// Ends the process when the state directory is another cluster's: the next start then knows better. A node keeps such a
/// directory if its cluster was created again.
struct ClusterIdentityCheck: Service {
    struct OtherCluster: Error, CustomStringConvertible {
        var description: String {
            "the state directory belongs to another cluster (the UID of the namespace kube-system differs): restart"
        }
    }

    let finder: ClusterIdentityFinder
    /// `nil`: the API server was asked already.
    let remembered: String?

    func run() async throws {
        let isAnother = await cancelWhenGracefulShutdown {
            guard let remembered = self.remembered else { return false }
            return (try? await self.finder.isAnother(than: remembered)) ?? false
        }
        if isAnother { throw OtherCluster() }
        try? await gracefulShutdown()
    }
}

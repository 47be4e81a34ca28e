import KubernetesAPI
import KubernetesClient
import KubernetesModel
import Logging
import SystemIO
import WireIdentity

/// Finds out which cluster a speaker belongs to: by the UID of the namespace kube-system, which lives as long as the cluster.
///
/// It is kept in the state directory, so that a restart works without the API server. Until it is known
/// nothing is announced: every other speaker of the cluster would be taken for a stranger.
struct ClusterIdentityFinder: Sendable {
    static let file = "cluster-uid"
    private static let namespace = NamespacedName(namespace: nil, name: "kube-system")
    private static let longestPause = Duration.seconds(10)

    let client: KubernetesClient
    let directory: StateDirectory
    let logger: Logger

    /// What was learnt before; `nil`: nothing.
    func remembered() -> String? {
        guard let octets = try? directory.read(ClusterIdentityFinder.file) else { return nil }
        let uid = String(decoding: octets.filter { $0 > 0x20 }, as: UTF8.self)
        return uid.isEmpty ? nil : uid
    }

    /// Asks the API server until it answers. It throws only when the task is cancelled.
    ///
    /// - Parameter onObstacle: called with the reason for the delay.
    func find(onObstacle: @Sendable (String) -> Void) async throws -> String {
        var pause = Duration.milliseconds(200)
        var told: String?
        while true {
            let obstacle: String
            do throws(RequestFailure) {
                let namespace: Namespace = try await client.get(.namespaces, ClusterIdentityFinder.namespace)
                if let uid = namespace.metadata.uid, !uid.isEmpty { return uid }
                obstacle = "the namespace kube-system has no UID"
            } catch {
                obstacle =
                    "cannot read the namespace kube-system, whose UID identifies this cluster: \(error.message)"
            }
            onObstacle(obstacle)
            if told != obstacle { logger.warning("\(obstacle)") }
            told = obstacle
            try await Task.sleep(for: pause)
            pause = min(pause * 2, ClusterIdentityFinder.longestPause)
        }
    }

    func remember(_ uid: String) {
        do throws(SystemError) {
            try directory.replace(ClusterIdentityFinder.file, with: Array("\(uid)\n".utf8))
        } catch {
            logger.warning("\(error); after a restart without the API server, this node cannot announce")
        }
    }

    /// Ends with `true` when the API server says that this is another cluster than the one remembered; it is remembered then.
    /// With `false` when it is the same.
    func isAnother(than remembered: String) async throws -> Bool {
        let uid = try await find { _ in }
        guard uid != remembered else { return false }
        remember(uid)
        return true
    }
}

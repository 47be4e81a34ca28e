import ServiceLifecycle
import Synchronization

/// Asks which cluster this is, at a start that remembers nothing, and ends with the answer.
final class ClusterIdentitySearch: Service {
    private let finder: ClusterIdentityFinder
    private let onObstacle: @Sendable (String) -> Void
    private let uid = Mutex<String?>(nil)

    init(finder: ClusterIdentityFinder, onObstacle: @escaping @Sendable (String) -> Void) {
        self.finder = finder
        self.onObstacle = onObstacle
    }

    /// `nil` until it is known.
    var found: String? { uid.withLock { $0 } }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            guard let found = try? await self.finder.find(onObstacle: self.onObstacle) else { return }
            self.uid.withLock { $0 = found }
        }
    }
}

import NodeDecisions
import Synchronization

/// Changes of liveness that the speaker has not taken yet, in order.
///
/// They gather while it works, so that what many nodes do at once is decided about at once.
final class PendingLiveness: Sendable {
    private let changes = Mutex<[LivenessChange]>([])

    /// Returns whether it is the first, so that the speaker is to be woken.
    func add(_ change: LivenessChange) -> Bool {
        changes.withLock { changes in
            changes.append(change)
            return changes.count == 1
        }
    }

    func take() -> [LivenessChange] {
        changes.withLock { changes in
            defer { changes = [] }
            return changes
        }
    }
}

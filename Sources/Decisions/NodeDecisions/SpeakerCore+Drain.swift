import Announcement
import KubernetesModel
import Timing

// A node that is being drained lowers its routes at once, and gives them up when each advertisement's `drainTime` is over.
extension SpeakerCore {
    mutating func advanceDrain(_ actions: inout [Action]) {
        guard let drainBegan else { return }
        engine.apply(drainedFor: drainBegan.duration(to: now))
        performChanges(&actions)
    }

    /// When ``advanceDrain(_:)`` has something to do.
    var nextDrainDeadline: Instant? {
        guard let drainBegan, let time = engine.nextDrainTime else { return nil }
        return drainBegan.advanced(by: time)
    }

    /// Withdraws everything that other nodes also have, if this one is being drained; says whether that is everything,
    /// so that it need not come back for its routes.
    package mutating func leave() -> (actions: [Action], isGone: Bool) {
        guard engine.isLeaving else { return ([], false) }
        drainBegan = nil
        var actions: [Action] = []
        engine.apply(drainedFor: nil)
        performChanges(&actions)
        return (actions, engine.localRoutes.isEmpty)
    }

    /// Begins to count when this node, which was not being drained, is.
    ///
    /// One that is draining when first seen started at an unknown time; it has nothing to withdraw.
    mutating func noteDrain(from old: [Node], to new: [Node]) {
        func isLeaving(_ nodes: [Node]) -> Bool? {
            nodes.first { $0.metadata.name == node }.map { NodeView($0, policy: nodePolicy).isLeaving }
        }
        guard isLeaving(new) == true else {
            drainBegan = nil
            return
        }
        guard isLeaving(old) == false else { return }
        drainBegan = now
        // Before the engine learns of the drain; it has nothing to change yet.
        engine.apply(drainedFor: .zero)
    }
}

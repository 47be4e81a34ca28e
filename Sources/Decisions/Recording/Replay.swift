import Assignment
import ClusterDecisions
import NodeDecisions
import Timing

/// The cores of a process, run again on what a recording says that they were given.
package struct Replay: Sendable {
    private var standalone = StandaloneCore()
    private var view: ClusterView?
    private var controller: ControllerCore?
    private var speaker: SpeakerCore?
    /// What ``StandaloneCore`` or ``ClusterView`` decided and ``SpeakerCore`` has not taken yet.
    private var updates: [SpeakerUpdate] = []

    package init() {}

    /// What the cores of this version decide.
    package mutating func decide(_ input: CoreInput, at now: Instant) -> CoreDecision {
        switch input {
        case .restored(let state, let unixTime):
            return .ignored(standalone.restore(state, at: now, unixTime: unixTime))
        case .manifestsRead(let reading): return passOn(standalone.handle(reading, at: now))
        case .manifestsChanged(let change): return passOn(standalone.handle(change, at: now))
        case .assignmentDeadline: return passOn(standalone.handleDeadline(at: now))
        case .viewStarted(let namespace, let loadBalancerClass):
            view = ClusterView(namespace: namespace, loadBalancerClass: loadBalancerClass)
            return .nothing
        case .viewed(let event):
            guard let outcome = view?.handle(event) else { return .nothing }
            if !outcome.update.isEmpty { updates.append(outcome.update) }
            return .viewed(outcome)
        case .leadingBegan(let loadBalancerClass):
            controller = ControllerCore(loadBalancerClass: loadBalancerClass)
            return .nothing
        case .controlled(let event, let time, let numbers):
            var generator = RepeatedNumbers(numbers)
            let actions = controller?.handle(event, at: now, time: time, using: &generator)
            return .controllerActions(actions ?? [])
        case .speakerStarted(let node, let policy):
            speaker = SpeakerCore(node: node, nodePolicy: policy)
            return .nothing
        case .updatesTaken(let count):
            var pending = PendingUpdate()
            for update in updates.prefix(max(count, 0)) { _ = pending.add(update, since: now) }
            updates.removeFirst(min(max(count, 0), updates.count))
            return .actions(turn(at: now, pending.take().map { .updated($0.update) }))
        case .speaker(let event): return .actions(turn(at: now, event))
        case .speakerDeadline: return .actions(turn(at: now, nil))
        case .speakerLeaves: return .actions(speaker?.leave().actions ?? [])
        }
    }

    private mutating func passOn(_ outcome: StandaloneCore.Outcome) -> CoreDecision {
        if !outcome.update.isEmpty { updates.append(outcome.update) }
        return .outcome(outcome)
    }

    /// As `SpeakerService` does it.
    private mutating func turn(at now: Instant, _ event: SpeakerCore.Event?) -> [SpeakerCore.Action] {
        guard var core = speaker else { return [] }
        speaker = nil
        var actions = core.advance(to: now)
        if let event { actions += core.handle(event) }
        _ = core.takeHeldChanges()
        speaker = core
        return actions
    }
}

import KubernetesClient
import KubernetesModel
import Presentation
import Timing

/// What of a speaker's history is told as Kubernetes Events about Services: which node answers for an address from now on,
/// and whether a host that is no speaker uses it. The history has each change once; of very many, few are told
/// (``EventBudget``).
///
/// That a node ceased to answer is not told: the one that answers instead does, and `explain` says why nobody does.
package struct ServiceNews: Sendable {
    private var budget = EventBudget()

    package init() {}

    /// The notes to write about an event; the `uid` of their Services is yet to be found.
    package mutating func notes(of event: EventEntry, at now: Instant) -> [EventNote] {
        let level: EventNote.Kind
        switch EventEntry.Kind(rawValue: event.kind) {
        case .claimed, .conflictOver: level = .normal
        case .conflict: level = .warning
        default: return []
        }
        return event.services.compactMap { service in
            let parts = service.split(separator: "/", maxSplits: 1).map(String.init)
            guard parts.count == 2, budget.admit(level, at: now) else { return nil }
            return EventNote(
                service: NamespacedName(namespace: parts[0], name: parts[1]), uid: nil, kind: level, action: "Announce",
                reason: event.kind, message: event.message)
        }
    }
}

import KubernetesAPI
import KubernetesModel
import Timing

/// The part of a speaker's history that becomes Kubernetes Events of Services: which node answers for an address from
/// now on, and whether a host that is not a speaker uses it. The history has each change once; of very many, few are reported
/// (``EventBudget``), and what the node held before its speaker was restarted is no news.
///
/// A node that stopped answering is not reported: the new owner is, and `explain` shows why no node answers.
package struct ServiceNews: Sendable {
    /// A Service and an address of it.
    package struct Subject: Hashable, Sendable {
        package let service: String
        package let ip: String

        package init(service: String, ip: String) {
            self.service = service
            self.ip = ip
        }
    }

    private var budget = EventBudget()
    /// What is held since before this process, until it is claimed again, or another has it.
    private var inherited: Set<Subject>

    /// - Parameter inherited: what the node's last process held.
    package init(inherited: Set<Subject> = []) { self.inherited = inherited }

    /// The notes to write about an event; the `uid` of their Services is yet to be found.
    package mutating func notes(of event: EventEntry, at now: Instant) -> [EventNote] {
        let level: EventNote.Kind
        switch EventEntry.Kind(rawValue: event.kind) {
        case .claimed, .conflictOver: level = .normal
        case .conflict: level = .warning
        default: return []
        }
        return event.services.compactMap { service in
            let isKnown =
                event.kind == EventEntry.Kind.claimed.rawValue
                && inherited.remove(Subject(service: service, ip: event.ip ?? "")) != nil
            guard !isKnown, let name = NamespacedName(namespaced: service), budget.admit(level, at: now) else {
                return nil
            }
            return EventNote(
                service: name, uid: nil, kind: level, action: "Announce", reason: event.kind, message: event.message)
        }
    }
}

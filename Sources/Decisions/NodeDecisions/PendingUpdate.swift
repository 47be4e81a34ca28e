import Announcement
import KubernetesModel
import Timing

/// What has changed in the cluster since it was taken last: changes that come faster than they are carried out become one.
///
/// A change of the nodes costs the order of all addresses. Five hundred that come one by one would cost it five hundred
/// times, and what comes behind them would wait for each.
package struct PendingUpdate: Sendable {
    /// Without its Services.
    private var rest = SpeakerUpdate()
    /// The latest report of each Service; `nil`: it is gone.
    private var services: [NamespacedName: AnnouncedService?] = [:]
    private var since: Instant?

    package init() {}

    /// Adds what came later.
    /// - Parameter moment: When it became known.
    /// - Returns: Whether nothing waited before.
    package mutating func add(_ update: SpeakerUpdate, since moment: Instant) -> Bool {
        let isFirst = since == nil
        since = since ?? moment
        rest.configuration = update.configuration ?? rest.configuration
        rest.nodes = update.nodes ?? rest.nodes
        for name in update.removed { services.updateValue(nil, forKey: name) }
        for service in update.services { services.updateValue(service, forKey: service.name) }
        return isFirst
    }

    /// Takes all of it out, with the moment at which the first of it became known.
    package mutating func take() -> (update: SpeakerUpdate, since: Instant)? {
        guard let since else { return nil }
        var update = rest
        for (name, service) in services.sorted(by: { $0.key < $1.key }) {
            if let service { update.services.append(service) } else { update.removed.append(name) }
        }
        self = PendingUpdate()
        return (update, since)
    }
}

import ClusterConfiguration
import KubernetesAPI
import KubernetesClient
import KubernetesModel
import Synchronization

/// The objects of a cluster that could not be understood while it was read.
package final class UnreadableObjects: Sendable {
    private let found = Mutex<[Problem]>([])

    package init() {}

    package var problems: [Problem] { found.withLock { $0 } }

    package func note(_ event: ClientObserver.Event) {
        // No decision depends on an Event, regardless of its author.
        guard case .unreadable(let resource, let object, let problem) = event,
            resource != ResourceType<ObservedEvent>.events.name
        else { return }
        let name = NamespacedName(object) ?? NamespacedName(namespace: nil, name: object)
        let reference = ObjectReference(kind: resource, name: name)
        found.withLock { $0.append(Problem(.error, reference, "it cannot be parsed and is ignored: \(problem)")) }
    }
}

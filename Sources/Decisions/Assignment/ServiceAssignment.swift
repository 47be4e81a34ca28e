import Addresses
import KubernetesModel

/// Which addresses a Service has, from which pools, and why not others.
package struct ServiceAssignment: Hashable, Sendable {
    package enum State: String, Hashable, Sendable {
        case assigned
        case pending
    }

    /// An address and the pool that gave it.
    package struct Assigned: Hashable, Sendable {
        package var address: IPAddress
        package var pool: String

        package init(address: IPAddress, pool: String) {
            self.address = address
            self.pool = pool
        }
    }

    package var service: NamespacedName
    /// IPv4 first; empty while pending.
    package var addresses: [Assigned]
    /// Why there is no address, or not every one that was asked for.
    package var reason: AssignmentReason?
    /// The reason as a sentence for a person.
    package var message: String?

    package init(
        service: NamespacedName, addresses: [Assigned], reason: AssignmentReason? = nil, message: String? = nil
    ) {
        self.service = service
        self.addresses = addresses
        self.reason = reason
        self.message = message?.bounded()
    }

    package var state: State { addresses.isEmpty ? .pending : .assigned }

    /// The pool's name; where each family comes from a pool of its own, both names joined by a comma.
    package var pool: String? {
        var names: [String] = []
        for assigned in addresses where !names.contains(assigned.pool) { names.append(assigned.pool) }
        return names.isEmpty ? nil : names.joined(separator: ",")
    }
}

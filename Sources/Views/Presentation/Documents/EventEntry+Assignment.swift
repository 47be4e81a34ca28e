import Addresses
import Assignment
import KubernetesModel
import Timing

extension EventEntry {
    /// What a change of an assignment is for the history: an event for each address that went, and one for what is now.
    ///
    /// - Parameter node: the node that decided; `nil` for a controller.
    package static func events(of change: AssignmentChange, node: String?, at now: Timestamp) -> [EventEntry] {
        let services = [change.service.description]
        var events = change.releases.map { release in
            EventEntry(
                .released, at: now, node: node, services: services, ip: release.address.description,
                release.message)
        }
        guard let assignment = change.assignment else { return events }
        // One for each, so that the history of an address is found by it.
        events += assignment.addresses.map { holding in
            EventEntry(
                .assigned, at: now, node: node, services: services, ip: holding.address.description,
                "\(holding.address) from the pool \(holding.pool).")
        }
        if let reason = assignment.reason {
            events.append(
                EventEntry(
                    .pending, at: now, node: node, services: services, "\(reason): \(assignment.message ?? "")"))
        }
        return events
    }
}

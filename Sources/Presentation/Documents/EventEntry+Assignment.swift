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
                "\(release.address) was taken back: \(release.message)")
        }
        guard let assignment = change.assignment else { return events }
        if !assignment.addresses.isEmpty {
            let addresses = assignment.addresses.map(\.address.description)
            events.append(
                EventEntry(
                    .assigned, at: now, node: node, services: services, ip: addresses.count == 1 ? addresses[0] : nil,
                    "\(addresses.joined(separator: ", ")) from the pool \(assignment.pool ?? "")."))
        }
        if let reason = assignment.reason {
            events.append(
                EventEntry(
                    .pending, at: now, node: node, services: services, "\(reason): \(assignment.message ?? "")"))
        }
        return events
    }
}

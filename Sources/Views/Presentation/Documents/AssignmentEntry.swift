import Addresses
import Assignment
import KubernetesModel
import Timing

/// What a Service has, as documents state it.
package struct AssignmentEntry: Hashable, Sendable, Decodable {
    /// `NAMESPACE/NAME`.
    package var service: String
    /// Canonical text, IPv4 first.
    package var ips: [String]
    package var pool: String?
    /// `assigned` or `pending`.
    package var state: String
    package var reason: String?
    package var message: String?
    /// When the present addresses were assigned, where known. An addition.
    package var since: Timestamp?

    package init(
        service: String, ips: [String], pool: String?, state: String, reason: String?, message: String?,
        since: Timestamp? = nil
    ) {
        self.service = service
        self.ips = ips
        self.pool = pool
        self.state = state
        self.reason = reason
        self.message = message?.bounded()
        self.since = since
    }

    package init(_ assignment: ServiceAssignment, since: Timestamp? = nil) {
        self.init(
            service: assignment.service.description, ips: assignment.addresses.map(\.address.description),
            pool: assignment.pool, state: assignment.state.rawValue, reason: assignment.reason?.rawValue,
            message: assignment.message, since: since)
    }
}

extension AssignmentEntry: JSONRepresentable {
    package var json: JSONValue {
        let contract: JSONValue = [
            "service": service.json, "ips": ips.json, "pool": pool.json, "state": state.json, "reason": reason.json,
            "message": message.json,
        ]
        return contract.adding(["since": since.json])
    }
}

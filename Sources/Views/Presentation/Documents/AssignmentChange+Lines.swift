import Addresses
import Assignment

extension AssignmentChange {
    /// What a log says of the change, a line each.
    package var lines: [(text: String, isWarning: Bool)] {
        var lines = releases.map { (text: $0.message, isWarning: !$0.isIntended) }
        lines += warnings.map { (text: $0.description, isWarning: true) }
        guard let assignment else { return lines }
        if !assignment.addresses.isEmpty {
            let addresses = assignment.addresses.map(\.address.description).joined(separator: ", ")
            lines.append((text: "assigned \(addresses) from \(assignment.pool ?? "")", isWarning: false))
        }
        if let reason = assignment.reason {
            lines.append((text: "\(assignment.state): \(reason): \(assignment.message ?? "")", isWarning: true))
        }
        return lines
    }
}

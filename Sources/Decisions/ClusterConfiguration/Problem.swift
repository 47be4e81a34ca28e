import Addresses
import KubernetesModel

/// Something wrong in the configuration, for a person to fix.
package struct Problem: Hashable, Sendable, CustomStringConvertible {
    package enum Severity: String, Hashable, Sendable, Comparable {
        /// For information: nothing is wrong.
        case note
        /// Probably not what was meant; it is in force all the same.
        case warning
        /// The object is left out, or its last valid form stays in force.
        case error

        private var rank: Int {
            switch self {
            case .note: 0
            case .warning: 1
            case .error: 2
            }
        }

        package static func < (a: Severity, b: Severity) -> Bool { a.rank < b.rank }
    }

    package var severity: Severity
    /// `nil` where the input is so broken that no object can be named.
    package var object: ObjectReference?
    /// The path of the field, for example `spec.addresses[0]`.
    package var field: String?
    /// A sentence for a person: what is wrong and what to do about it. What cannot be seen is written as `\u{A0}`.
    package var message: String
    package var location: SourceLocation?

    package init(
        _ severity: Severity, _ object: ObjectReference?, field: String? = nil, _ message: String,
        at location: SourceLocation? = nil
    ) {
        self.severity = severity
        self.object = object
        self.field = field?.bounded(to: 256)
        self.message = message.visible.bounded()
        self.location = location
    }

    package var description: String { "\(severity.rawValue): \(statement)" }

    /// What ``description`` says, for where the severity is shown already, such as a log line that has a level.
    package var statement: String {
        let place = [location.map(\.description), object.map(\.description), field].compactMap { $0 }
        return (place.map(\.visible) + [message]).joined(separator: ": ")
    }
}

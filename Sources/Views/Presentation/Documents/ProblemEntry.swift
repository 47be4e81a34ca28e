import ClusterConfiguration
import KubernetesModel

/// Something wrong in the configuration, as documents state it.
package struct ProblemEntry: Hashable, Sendable, Decodable {
    /// `note`, `warning` or `error`.
    package var severity: String
    /// `KIND/NAMESPACE/NAME`; `nil` where the input is too broken to name one.
    package var object: String?
    package var field: String?
    package var message: String
    /// Its place in the input, if known. Additions.
    package var file: String?
    package var line: Int?

    package init(
        severity: String, object: String?, field: String?, message: String, file: String? = nil, line: Int? = nil
    ) {
        self.severity = severity
        self.object = object
        self.field = field
        self.message = message.bounded()
        self.file = file
        self.line = line
    }

    package init(_ problem: Problem) {
        self.init(
            severity: problem.severity.rawValue, object: problem.object?.description, field: problem.field,
            message: problem.message, file: problem.location?.file, line: problem.location?.line)
    }
}

extension ProblemEntry: JSONRepresentable {
    package var json: JSONValue {
        let contract: JSONValue = [
            "severity": severity.json, "object": object.json, "field": field.json, "message": message.json,
        ]
        return contract.adding(["file": file.json, "line": line.json])
    }
}

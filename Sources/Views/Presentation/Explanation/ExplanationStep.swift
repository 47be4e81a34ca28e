import KubernetesModel

/// One link of the chain from a Service to the wire.
package struct ExplanationStep: Hashable, Sendable, Decodable {
    package enum Verdict: String, Hashable, Sendable, Decodable {
        /// As it should be.
        case good
        /// Works, but look at it.
        case warning
        /// The chain is broken here.
        case bad
        /// Follows from the objects, but no report confirms it.
        case expected
        /// Not reached, or nothing to judge.
        case neutral
    }

    package var step: String
    package var verdict: Verdict
    /// What was decided, in a line.
    package var summary: String
    /// What was considered, a line each.
    package var details: [String]

    package init(_ step: String, _ verdict: Verdict, _ summary: String, details: [String] = []) {
        self.step = step
        self.verdict = verdict
        self.summary = summary.bounded()
        self.details = details.map { $0.bounded() }
    }
}

extension ExplanationStep: JSONRepresentable {
    package var json: JSONValue {
        [
            "step": step.json, "verdict": verdict.rawValue.json, "summary": summary.json, "details": details.json,
        ]
    }
}

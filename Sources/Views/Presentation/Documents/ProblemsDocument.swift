import ClusterConfiguration

/// What `martlet check` answers.
package struct ProblemsDocument: Hashable, Sendable, Decodable {
    package var problems: [ProblemEntry]

    package init(_ problems: [ProblemEntry]) { self.problems = problems }

    package init(_ problems: [Problem]) { self.problems = problems.map { ProblemEntry($0) } }
}

extension ProblemsDocument: JSONRepresentable {
    package var json: JSONValue { ["problems": problems.json] }
}

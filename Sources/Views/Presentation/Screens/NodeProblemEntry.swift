/// Something that is wrong, and the nodes whose processes say so.
package struct NodeProblemEntry: Hashable, Sendable, JSONRepresentable {
    /// Sorted; empty where it is known without a node.
    package let nodes: [String]
    package let problem: ProblemEntry

    package init(nodes: [String], problem: ProblemEntry) {
        self.nodes = nodes
        self.problem = problem
    }

    package var json: JSONValue {
        guard case .object(let members) = problem.json else { return nil }
        return .object(members + [JSONMember(name: "nodes", value: nodes.json)])
    }

    /// The object, or in its absence the first words of the message.
    var name: String { problem.object ?? String(problem.message.prefix(40)) }
}

extension ClusterStatus {
    /// Everything that is wrong, the worst first; what several processes say once, with their nodes.
    package var problems: [NodeProblemEntry] {
        let all = documents.flatMap { document in
            document.allProblems.map { (node: document.node, problem: $0) }
        }
        let groups = all.grouped { $0.problem }
        return groups.map { group in
            NodeProblemEntry(nodes: Set(group.compactMap { $0.node }).sorted(), problem: group[0].problem)
        }.enumerated().sorted { a, b in
            let (first, second) = (a.element.problem.rank, b.element.problem.rank)
            return first == second ? a.offset < b.offset : first < second
        }.map(\.element)
    }
}

extension StatusDocument {
    /// What the process says is wrong, and why it is not ready, as far as that is not the same.
    fileprivate var allProblems: [ProblemEntry] {
        let said = Set(problems.map(\.message))
        let object = role == "controller" ? "Controller" : node.map { "Speaker/\($0)" }
        return problems
            + notReady.filter { !said.contains($0) }.map {
                ProblemEntry(severity: "error", object: object, field: nil, message: "It is not ready: \($0)")
            }
    }
}

extension ProblemEntry {
    fileprivate var rank: Int { ["error", "warning", "note"].firstIndex(of: severity) ?? 0 }

    var tone: Tone {
        switch severity {
        case "error": .bad
        case "warning": .warning
        default: .faint
        }
    }
}

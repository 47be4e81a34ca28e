import ClusterConfiguration
import KubernetesModel
import Testing

@Suite struct ProblemTests {
    @Test(
        "a problem says its severity once, or not at all where the reader has it",
        arguments: [
            (Problem(.error, nil, "mend it"), "mend it"),
            (Problem(.warning, nil, field: "spec.addresses[0]", "mend it"), "spec.addresses[0]: mend it"),
            (
                Problem(.note, nil, field: "spec", "mend it", at: SourceLocation(file: "a.yaml", line: 3)),
                "a.yaml:3: spec: mend it"
            ),
        ])
    func text(problem: Problem, statement: String) {
        #expect(problem.statement == statement)
        #expect(problem.description == "\(problem.severity): \(statement)")
    }
}

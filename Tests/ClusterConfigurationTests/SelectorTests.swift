import ClusterConfiguration
import Testing

@Suite struct SelectorTests {
    private static let refusedRows: [(selector: String, field: String, part: String)] = [
        ("matchLabels: {\"\": a}", ".matchLabels", "has no name"),
        ("matchLabels: {a/b/c: d}", ".matchLabels", "more than one"),
        ("matchLabels: {A.b/c: d}", ".matchLabels", "not a DNS name"),
        ("matchLabels: {a..b/c: d}", ".matchLabels", "not a DNS name"),
        ("matchLabels: {a/: d}", ".matchLabels", "has no name"),
        ("matchLabels: {-a: d}", ".matchLabels", "begin and end"),
        ("matchLabels: {a: b c}", ".matchLabels", "may only have"),
        ("matchLabels: {a: b-}", ".matchLabels", "begin and end"),
        ("matchLabels: {a: \(String(repeating: "x", count: 64))}", ".matchLabels", "more than 63"),
        ("matchExpressions: [{key: a, operator: in, values: [b]}]", ".matchExpressions[0].operator", "write In, NotIn"),
        (
            "matchExpressions: [{key: a, operator: Gt, values: [\"1\"]}]", ".matchExpressions[0].operator",
            "not an operator"
        ),
        ("matchExpressions: [{key: a, operator: In}]", ".matchExpressions[0].values", "add at least one"),
        (
            "matchExpressions: [{key: a, operator: NotIn, values: []}]", ".matchExpressions[0].values",
            "add at least one"
        ),
        (
            "matchExpressions: [{key: a, operator: Exists, values: [b]}]", ".matchExpressions[0].values",
            "takes no values"
        ),
        (
            "matchExpressions: [{key: a, operator: DoesNotExist, values: [b]}]", ".matchExpressions[0].values",
            "takes no values"
        ),
        ("matchExpressions: [{key: a, operator: In, values: [b, c, b]}]", ".matchExpressions[0].values[2]", "already"),
        ("matchExpressions: [{key: a, operator: In, values: [b!]}]", ".matchExpressions[0].values[0]", "label value"),
        ("matchExpressions: [{key: \"a b\", operator: Exists}]", ".matchExpressions[0].key", "label key"),
        (
            "matchExpressions: [{key: a, operator: In, values: [b, c]}, {key: a, operator: In, values: [c, b]}]",
            ".matchExpressions[1]", "same requirement"
        ),
    ]

    @Test(
        "A selector that Kubernetes would reject is an error of its object",
        arguments: SelectorTests.refusedRows.indices)
    func refused(row: Int) {
        let (selector, field, part) = SelectorTests.refusedRows[row]
        let checked = Checked(Manifest.martlet("L2Advertisement", "adv", "nodeSelectors: [{\(selector)}]"))
        #expect(checked.problems.map(\.field) == ["spec.nodeSelectors[0]\(field)"], "\(checked.lines)")
        #expect(checked.problems.first?.message.contains(part) == true, "\(checked.lines)")
        #expect(checked.configuration.layer2Advertisements.isEmpty)
    }

    @Test(
        "Selectors match as in Kubernetes",
        arguments: [
            ("{}", ["": ""], true), ("{matchLabels: {a: b}}", ["a": "b", "c": "d"], true),
            ("{matchLabels: {a: b}}", ["a": "c"], false),
            ("{matchLabels: {a: \"\"}}", ["a": ""], true), ("{matchLabels: {a: b, c: d}}", ["a": "b"], false),
            ("{matchExpressions: [{key: a, operator: NotIn, values: [b]}]}", [:], true),
            ("{matchExpressions: [{key: a, operator: NotIn, values: [b]}]}", ["a": "b"], false),
            ("{matchExpressions: [{key: x.y/a, operator: Exists}]}", ["x.y/a": ""], true),
            ("{matchExpressions: [{key: a, operator: DoesNotExist}]}", ["a": ""], false),
            (
                "{matchLabels: {a: b}, matchExpressions: [{key: c, operator: In, values: [d, e]}]}",
                ["a": "b", "c": "e"], true
            ),
        ] as [(String, [String: String], Bool)])
    func matching(selector: String, labels: [String: String], expected: Bool) throws {
        let checked = Checked(Manifest.martlet("L2Advertisement", "adv", "nodeSelectors: [\(selector)]"))
        #expect(checked.problems.isEmpty, "\(checked.lines)")
        #expect(
            try #require(checked.configuration.layer2Advertisements.first).nodeSelectors.first?.matches(labels)
                == expected)
    }

    @Test("Equal selectors in one list are an error, however they are written")
    func repeated() {
        let checked = Checked(
            Manifest.martlet(
                "L2Advertisement", "adv",
                "serviceSelectors: [{matchLabels: {a: b}, matchExpressions: []}, {matchLabels: {c: d}}, {matchLabels: {a: b}}]"
            ))
        #expect(checked.problems.map(\.field) == ["spec.serviceSelectors[2]"], "\(checked.lines)")
    }
}

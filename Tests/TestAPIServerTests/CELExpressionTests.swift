import TestSupport
import Testing

@testable import TestAPIServer

@Suite struct CELExpressionTests {
    static let variables: [String: JSON] = [
        "object": ["name": "n1", "owners": [["kind": "Node"], ["kind": "Pod"]], "extra": ["a/b": ["x", "y"]]]
    ]

    @Test(
        "Expressions come to what the language says of them",
        arguments: [
            (#"object.name == "n1""#, "true"), ("object.name != 'n1'", "false"), (#""a" + "b" == "ab""#, "true"),
            ("has(object.name) && !has(object.other)", "true"), (#""a/b" in object.extra"#, "true"),
            (#"object.extra["a/b"][1]"#, #""y""#), ("object.owners.all(o, o.kind == 'Node')", "false"),
            ("object.owners.exists(o, o.kind == 'Node')", "true"), ("size(object.owners) == 2", "true"),
            ("object.name.startsWith('n')", "true"), ("has(object.x) ? object.x : 'none'", #""none""#),
            ("has(object.x) && 'k' in object.x ? object.x['k'] : ''", #""""#),
            ("false && object.other == 1", "false"), ("object.other == 1 && false", "false"),
            ("true || object.other == 1", "true"), ("'n1' in ['n1', 'n2']", "true"),
            ("!(true || false) == false", "true"),
        ]) func values(text: String, expected: String) throws
    {
        let value = try CELExpression(text).evaluate(Self.variables)
        #expect(String(decoding: value.text, as: UTF8.self) == expected)
    }

    @Test(
        "What is absent, of another type, or not understood is an error",
        arguments: [
            "object.other", "object.extra['c']", "object.owners[7]", "other", "object.name + 1", "true && object.other",
            "object.name ? 1 : 2", "object.name.matches('n')", "object.name ==", "1 < 2", "'a", "(true",
        ]) func failures(text: String)
    {
        #expect(throws: CELExpression.Failure.self) { try CELExpression(text).evaluate(Self.variables) }
    }
}

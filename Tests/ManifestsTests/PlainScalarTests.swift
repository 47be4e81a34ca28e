import Manifests
import Testing

@Suite struct PlainScalarTests {
    @Test(
        "A plain scalar means what it means to Kubernetes",
        arguments: [
            ("", .null), ("~", .null), ("null", .null), ("NULL", .null), ("nul", .text),
            ("true", .boolean(true)), ("Yes", .boolean(true)), ("ON", .boolean(true)), ("off", .boolean(false)),
            ("no", .boolean(false)), ("y", .text), ("n", .text), ("tRUE", .text),
            ("0", .integer(0)), ("-7", .integer(-7)), ("+7", .integer(7)), ("1_000", .integer(1000)),
            ("0x1F", .integer(31)), ("0o17", .integer(15)), ("017", .integer(15)), ("0b101", .integer(5)),
            ("0179", .integer(179)), ("1e3", .integer(1000)), ("32.0", .integer(32)), ("1.5", .number),
            (".5", .number), (".inf", .number), ("-.INF", .number), (".nan", .number),
            ("9223372036854775807", .integer(.max)), ("9223372036854775808", .number), ("1e400", .number),
            // Base 60 in YAML 1.1; here text.
            ("64500:3", .text), ("1:20:30", .text), ("2026-01-01", .text), ("2026-01-01T00:00:00Z", .text),
            ("192.0.2.1", .text), ("192.0.2.0/24", .text), ("90s", .text), ("1.2.3", .text), ("-", .text), ("+", .text),
            (".", .text), ("0x", .text), ("0xG", .text), ("1__", .integer(1)), ("_1", .text), ("e3", .text),
        ] as [(String, PlainScalar)])
    func meaning(text: String, expected: PlainScalar) {
        #expect(PlainScalar(text) == expected)
    }
}

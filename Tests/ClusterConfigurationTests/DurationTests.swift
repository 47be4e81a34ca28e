import ClusterConfiguration
import Testing

@Suite struct DurationTests {
    @Test(
        "Go's durations are read",
        arguments: [
            ("0", .zero), ("0s", .zero), ("90s", .seconds(90)), ("1h30m", .seconds(5400)), ("1.5h", .seconds(5400)),
            ("300ms", .milliseconds(300)), ("1m0.5s", .milliseconds(60_500)), ("100us", .microseconds(100)),
            ("100µs", .microseconds(100)), ("100μs", .microseconds(100)), ("7ns", .nanoseconds(7)),
            (".5s", .milliseconds(500)),
            ("5.s", .seconds(5)), ("-2m", .seconds(-120)), ("+2m", .seconds(120)), ("9m0s", .seconds(540)),
            ("-0", .zero),
            ("1s1s", .seconds(2)), ("0.0000000019s", .nanoseconds(1)), ("9223372036s", .seconds(9_223_372_036)),
        ] as [(String, Duration)])
    func valid(text: String, expected: Duration) throws {
        #expect(try Duration(goText: text) == expected)
    }

    @Test(
        "Anything else is not a duration",
        arguments: [
            "", "-", "+", "90", "s", "1", "1x", "1 s", " 1s", "1s ", "1d", "1S", ".s", "1.2.3s", "1s30", "--1s", "1e3s",
            "٣s", "0x1s",
            "9223372037s", "2562048h", "1ss", "99999999999999999999s", "h1",
        ])
    func invalid(text: String) {
        #expect(throws: Duration.GoTextError.self) { try Duration(goText: text) }
    }
}

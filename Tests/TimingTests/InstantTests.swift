import Testing
import Timing

@Suite struct InstantTests {
    @Test("Arithmetic is exact, and clamps at the ends of time") func arithmetic() {
        let start = Instant(nanoseconds: 1_500_000_000)
        #expect(start.advanced(by: .milliseconds(250)).nanoseconds == 1_750_000_000)
        #expect(start.advanced(by: .seconds(-2)).nanoseconds == -500_000_000)
        #expect(start.duration(to: .zero) == .milliseconds(-1500))
        #expect(Instant(nanoseconds: .max).advanced(by: .seconds(1)).nanoseconds == .max)
        #expect(Instant(nanoseconds: .min).advanced(by: .seconds(-1)).nanoseconds == .min)
        #expect(start.advanced(by: .seconds(Int64.max)).nanoseconds == .max)
        #expect(Instant(nanoseconds: .min).duration(to: Instant(nanoseconds: .max)) == .nanoseconds(Int64.max))
    }

    @Test(
        "An instant prints as seconds with three decimals",
        arguments: [(Int64(0), "0.000"), (1_500_000_000, "1.500"), (7_000_000, "0.007"), (59_999_999_999, "59.999")])
    func text(nanoseconds: Int64, expected: String) {
        #expect(Instant(nanoseconds: nanoseconds).description == expected)
    }
}

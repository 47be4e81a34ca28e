import Testing
import Timing

@Suite("Timestamps") struct TimestampTests {
    static let known: [(text: String, seconds: Int64)] = [
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59Z", -1),
        ("2000-02-29T12:00:00Z", 951_825_600),
        ("2026-01-01T00:00:00Z", 1_767_225_600),
        ("1900-03-01T00:00:00Z", -2_203_891_200),
        ("2100-02-28T23:59:59Z", 4_107_542_399),
        ("0000-01-01T00:00:00Z", -62_167_219_200),
        ("9999-12-31T23:59:59Z", 253_402_300_799),
    ]

    @Test("a time is written and read as RFC 3339 says", arguments: known)
    func roundTrip(text: String, seconds: Int64) {
        #expect(Timestamp(seconds: seconds).description == text)
        #expect(Timestamp(text) == Timestamp(seconds: seconds))
    }

    @Test("every day of 800 years survives a round trip, in order")
    func days() {
        var previous = ""
        for day in Int64(-146_097)..<146_097 {
            let timestamp = Timestamp(seconds: day * 86_400 + 3661)
            let text = timestamp.description
            #expect(text > previous && Timestamp(text) == timestamp)
            previous = text
        }
    }

    @Test(
        "offsets, decimals, lower case and leap seconds are understood",
        arguments: [
            ("2026-01-01T01:30:00+01:30", "2026-01-01T00:00:00.000000Z"),
            ("2025-12-31T23:00:00-01:00", "2026-01-01T00:00:00.000000Z"),
            ("2026-01-01t00:00:00z", "2026-01-01T00:00:00.000000Z"),
            ("2026-01-01T00:00:00.5Z", "2026-01-01T00:00:00.500000Z"),
            ("2026-01-01T00:00:00.123456789Z", "2026-01-01T00:00:00.123456Z"),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000000Z"),
            ("1969-12-31T23:59:59.25Z", "1969-12-31T23:59:59.250000Z"),
        ])
    func reads(text: String, expected: String) {
        #expect(Timestamp(text)?.microsecondDescription == expected)
    }

    @Test(
        "what is not RFC 3339 is rejected",
        arguments: [
            "", "2026", "2026-01-01", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00", "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+1:00",
            "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00Zx", " 2026-01-01T00:00:00Z", "+026-01-01T00:00:00Z",
            "1900-02-29T00:00:00Z", "２０２６-01-01T00:00:00Z",
        ])
    func refuses(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test("times beyond what can be written are clamped")
    func clamps() {
        #expect(Timestamp(seconds: .max).description == "9999-12-31T23:59:59Z")
        #expect(Timestamp(microseconds: .min).description == "0000-01-01T00:00:00Z")
        #expect(Timestamp(seconds: 0).advanced(by: .seconds(Int64.max)).description == "2262-04-11T23:47:16Z")
        #expect(Timestamp(seconds: 90).duration(since: Timestamp(seconds: 30)) == .seconds(60))
    }
}

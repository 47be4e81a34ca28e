import Presentation
import Testing

@Suite("Ages") struct AgeTests {
    @Test(
        "an age takes at most two units",
        arguments: [
            (-5, "0s"), (0, "0s"), (119, "119s"), (120, "2m"), (185, "3m5s"), (599, "9m59s"), (600, "10m"),
            (10_799, "179m"), (10_800, "3h"), (15_120, "4h12m"), (28_800, "8h"), (172_799, "47h"), (172_800, "2d"),
            (529_200, "6d3h"), (3_888_000, "45d"), (63_072_000, "2y"), (66_614_400, "2y41d"),
        ])
    func ages(seconds: Int, expected: String) {
        #expect(Duration.seconds(seconds).age == expected)
    }
}

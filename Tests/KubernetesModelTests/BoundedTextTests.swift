import KubernetesModel
import Testing

@Suite("Bounded text") struct BoundedTextTests {
    @Test(
        "no longer than the limit, whole scalars, beginning and end kept",
        arguments: [(0, 64), (64, 64), (65, 64), (1_000, 1_000), (1_001, 1_000), (200_000, 1_000), (200_000, 64)],
        ["x", "é", "網", "🦭", "🇪🇺"])
    func bounded(size: (count: Int, limit: Int), filler: String) {
        let text = String(String(repeating: filler, count: size.count).unicodeScalars.prefix(size.count))
        let short = text.bounded(to: size.limit)
        guard text.utf8.count > size.limit else {
            #expect(short == text)
            return
        }
        #expect(short.utf8.count <= size.limit && short.utf8.count > size.limit / 3)
        #expect(!short.contains("\u{FFFD}") && short.contains("octets left out"))
        let parts = short.split(separator: "[")
        let rest = short.split(separator: "]")
        #expect(text.hasPrefix(String(parts[0])) || filler == "🇪🇺")
        #expect(rest.count == 2 && text.utf8.suffix(rest[1].utf8.count).elementsEqual(rest[1].utf8))
    }

    @Test("a message keeps the object at its beginning and the remedy at its end") func message() {
        let message =
            "default/web: address-pool \(String(repeating: "x", count: 200_000)) is no pool: name one of lan, wan"
        let bounded = message.bounded()
        #expect(bounded.hasPrefix("default/web: address-pool xx") && bounded.hasSuffix("name one of lan, wan"))
        #expect(bounded.utf8.count <= String.longestMessage && bounded.contains("[… 199"))
    }
}

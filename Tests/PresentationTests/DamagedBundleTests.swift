import Presentation
import TestSupport
import Testing

@Suite("Bundles that chance has damaged") struct DamagedBundleTests {
    @Test("They are read or rejected; what is read is written and read again as the same", arguments: [UInt64](1...10))
    func damaged(seed: UInt64) throws {
        let pieces = ["\"status\"", "\"made\"", "\"2026-01-01T00:00:00Z\"", "\"objects\"", "\"version\""]
        var text = DamagedText([BundleTests.document.json.text()], pieces: pieces, seed: seed)
        for round in 0..<100 {
            guard let document = try? BundleDocument(jsonText: text.next()) else { continue }
            let again = try BundleDocument(jsonText: Array(document.json.text().utf8))
            #expect(again.json == document.json, "seed \(seed), round \(round)")
        }
    }
}

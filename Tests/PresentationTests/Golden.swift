import Foundation
import Testing

/// Compares a screen with the one kept in `Goldens`.
///
/// With `MARTLET_UPDATE_GOLDENS=1` in the environment it is written there instead; read the difference before it is
/// committed.
func expectGolden(_ text: String, _ name: String, _ location: SourceLocation = #_sourceLocation) throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Goldens")
    let file = folder.appendingPathComponent(name + ".txt")
    if ProcessInfo.processInfo.environment["MARTLET_UPDATE_GOLDENS"] == "1" {
        try Data(text.utf8).write(to: file)
        return
    }
    let expected = String(decoding: try Data(contentsOf: file), as: UTF8.self)
    #expect(text == expected, "\(name) differs; is now:\n\(text)", sourceLocation: location)
}

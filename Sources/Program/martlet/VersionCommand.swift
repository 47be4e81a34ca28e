import ArgumentParser
import Presentation

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Shows the version, the Swift version and the built-in features.",
        discussion: "Example:\n  martlet version")

    func run() throws {
        try OutputOptions.write(
            """
            martlet \(Version.text)
            Swift \(Version.swift)
            features: \(Version.features.joined(separator: ", "))

            """)
    }
}

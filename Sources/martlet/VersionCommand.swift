import ArgumentParser

struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Shows the version, the Swift version and the features built in.",
        discussion: "Example:\n  martlet version")

    func run() {
        print("martlet \(Version.text)")
        print("Swift \(Version.swift)")
        print("features: \(Version.features.joined(separator: ", "))")
    }
}

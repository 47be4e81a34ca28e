import ArgumentParser

/// How a command prints what it found (`-o`).
enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case table
    case wide
    case json
    case yaml
}

import ArgumentParser
import Foundation
import Presentation
import SystemIO
import Timing

extension OutputFormat: ExpressibleByArgument {}

/// How a command prints what it found: the option that every such command has.
struct OutputOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "How to print it.") var output = OutputFormat.table

    /// Prints a screen on standard output, as wide as the terminal.
    ///
    /// - Parameter now: what ages are counted up to.
    func print(_ screen: some Screen, now: Timestamp = .now) {
        OutputOptions.write(screen.text(output, OutputOptions.layout(now: now)))
    }

    /// How a screen is to look on standard output.
    static func layout(now: Timestamp) -> Layout {
        let terminal = Terminal.standardOutput
        let style = Style(isTerminal: terminal != nil, environment: ProcessInfo.processInfo.environment)
        return Layout(width: terminal?.width, style: style, now: now)
    }

    /// Writes at once, also into a pipe: who watches must not wait for a buffer to fill.
    static func write(_ text: String) {
        try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    }
}

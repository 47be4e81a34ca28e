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
    func print(_ screen: some Screen) {
        let terminal = Terminal.standardOutput
        let style = Style(isTerminal: terminal != nil, environment: ProcessInfo.processInfo.environment)
        let layout = Layout(width: terminal?.width, style: style, now: .now)
        Swift.print(screen.text(output, layout), terminator: "")
    }
}

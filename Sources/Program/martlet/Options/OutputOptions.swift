import ArgumentParser
import Foundation
import Presentation
import SystemIO
import Timing

extension OutputFormat: ExpressibleByArgument {}

/// How a command prints what it found: the option that every such command has.
struct OutputOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "The output format.") var output = OutputFormat.table

    /// Prints a screen on standard output, as wide as the terminal.
    ///
    /// - Parameter now: what ages are counted up to.
    /// - Returns: `false` if the reader has closed it.
    @discardableResult func print(_ screen: some Screen, now: Timestamp = .now) throws(SystemError) -> Bool {
        try OutputOptions.write(screen.text(output, OutputOptions.layout(now: now)))
    }

    /// How a screen is to look on standard output.
    static func layout(now: Timestamp) -> Layout {
        let terminal = Terminal.standardOutput
        let style = Style(isTerminal: terminal != nil, environment: ProcessInfo.processInfo.environment)
        return Layout(width: terminal?.width, style: style, now: now)
    }

    /// Writes an answer; the only way in which a command does.
    ///
    /// - Returns: `false` if the reader has closed it: an endless command ends then, any other keeps its status.
    /// - Throws: an answer that cannot be written was not given, so the command ends with status 1.
    @discardableResult static func write(_ text: String) throws(SystemError) -> Bool {
        try StandardStream.output.write(text)
    }
}

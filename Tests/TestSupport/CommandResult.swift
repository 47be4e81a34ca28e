/// What a command did: its exit status (128 + signal if one ended it) and what it printed.
package struct CommandResult: Hashable, Sendable, CustomStringConvertible {
    package let command: String
    package let status: Int32
    package let output: String
    package let errors: String

    package var succeeded: Bool { status == 0 }
    package var lines: [Substring] { output.split(separator: "\n") }

    package var description: String { "`\(command)` exited with \(status)\n\(output)\(errors)" }
}

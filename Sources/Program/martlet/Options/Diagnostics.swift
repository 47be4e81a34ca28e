import ArgumentParser
import SystemIO

/// What a person needs to know and a script does not: on standard error.
enum Diagnostics {
    /// If standard error cannot be written, nothing can be reported.
    static func say(_ text: String) { _ = try? StandardStream.errors.write("martlet: \(text)\n") }

    /// Says why, and makes the error that ends the program with status 1.
    static func failure(_ text: String) -> ExitCode {
        say(text)
        return ExitCode(1)
    }
}

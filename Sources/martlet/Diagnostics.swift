import ArgumentParser
import Foundation

/// What a person needs to know and a script does not: on standard error.
enum Diagnostics {
    static func say(_ text: String) { FileHandle.standardError.write(Data("martlet: \(text)\n".utf8)) }

    /// Says why, and makes the error that ends the program with status 1.
    static func failure(_ text: String) -> ExitCode {
        say(text)
        return ExitCode(1)
    }
}

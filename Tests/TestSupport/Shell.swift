import Glibc

/// Short commands of the test's own making, run to their end on the calling thread.
package enum Shell {
    /// Runs a command; whatever its exit status.
    package static func run(_ arguments: [String], atMost limit: Duration = .seconds(10)) throws -> CommandResult {
        try ChildProcess(arguments).waitBlocking(atMost: limit)
    }

    @discardableResult package static func run(_ arguments: String...) throws -> CommandResult { try run(arguments) }

    /// Runs a command that must succeed.
    @discardableResult package static func check(_ arguments: [String]) throws -> CommandResult {
        let result = try run(arguments)
        guard result.succeeded else { throw TestFailure("\(result)") }
        return result
    }

    /// Makes the calling thread wait a millisecond.
    package static func pause() { usleep(1000) }
}

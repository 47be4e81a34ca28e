import CLinux
import Glibc
import Timing

/// What a program that was run to its end has said.
package struct ProgramRun: Hashable, Sendable {
    /// 128 + the signal's number if one ended it.
    package let status: CInt
    package let output: [UInt8]
    package let errors: [UInt8]

    package enum Failure: Error, Hashable, Sendable, CustomStringConvertible {
        case cannotStart(SystemError)
        /// It took longer than it may, and was killed with all that it had started.
        case timedOut(Duration)
        /// It said more than it may, and was killed.
        case tooMuchOutput(Int)
        /// The task that waited for it was cancelled; it was killed.
        case cancelled

        package var description: String {
            switch self {
            case .cannotStart(let error): error.description
            case .timedOut(let limit): "did not finish within \(limit) and was killed"
            case .tooMuchOutput(let limit): "printed more than \(limit) bytes and was killed"
            case .cancelled: "was killed because the request was cancelled"
            }
        }
    }

    /// Runs a program, found through PATH, with its input empty, and waits for its end.
    ///
    /// - Parameters:
    ///   - environment: the whole environment that it gets.
    ///   - limit: how long it may take.
    ///   - maximumOutput: how many bytes it may print, on either of its outputs.
    package static func run(
        _ arguments: [String], environment: [String: String], atMost limit: Duration, maximumOutput: Int = 1 << 20
    ) async throws(Failure) -> ProgramRun {
        let process: RunningProgram
        do {
            process = try RunningProgram(arguments, environment: environment)
        } catch {
            throw .cannotStart(error)
        }
        let deadline = UptimeClock.now.advanced(by: limit)
        var output: [UInt8] = []
        var errors: [UInt8] = []
        while true {
            // The status first: what is read after the end is all that there is.
            let status = process.exitStatus()
            process.readOutput(into: &output, atMost: maximumOutput + 1)
            process.readErrors(into: &errors, atMost: maximumOutput + 1)
            guard output.count <= maximumOutput, errors.count <= maximumOutput else {
                throw .tooMuchOutput(maximumOutput)
            }
            if let status { return ProgramRun(status: status, output: output, errors: errors) }
            guard UptimeClock.now < deadline else { throw .timedOut(limit) }
            do {
                try await Task.sleep(for: .milliseconds(10))
            } catch {
                throw .cancelled
            }
        }
    }
}

import Foundation
import TestSupport

/// The program under test: the executable that was built together with these tests.
enum Program {
    /// Where it is: beside the tests' own executable.
    static let path: String = {
        let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("martlet").path
    }()

    /// Runs it to its end.
    static func run(_ arguments: String..., environment: [String: String] = [:]) async throws -> CommandResult {
        try await ChildProcess([path] + arguments, environment: environment).wait()
    }

    /// Runs it with an input.
    static func run(input: String, _ arguments: String...) async throws -> CommandResult {
        let folder = try TemporaryFolder()
        let file = folder.path + "/input"
        try input.write(toFile: file, atomically: true, encoding: .utf8)
        let command = ([path] + arguments).map { "'\($0)'" }.joined(separator: " ")
        return try await ChildProcess(["sh", "-c", "\(command) < '\(file)'"]).wait()
    }
}

extension TemporaryFolder {
    /// Writes a file as an editor does that opens and closes it.
    @discardableResult func write(_ name: String, _ text: String) throws -> String {
        try text.write(toFile: path + "/" + name, atomically: false, encoding: .utf8)
        return path + "/" + name
    }
}

import ArgumentParser
import ClusterConfiguration
import ClusterDecisions
import Presentation

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Shows every problem in the manifests, with object, field, location and fix.",
        discussion: """
            Offline: reads manifests and changes nothing. Exit status 1: there is an error, or with --strict, \
            a warning.

            Example:
              martlet check -f manifests/ --strict
            """)

    @OptionGroup var input: InputOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Treat warnings as errors.") var strict = false

    func run() async throws {
        // All that `plan` would complain about, too: what two advertisements do together depends on the Services.
        let decisions = OfflineDecisions(input.read(), loadBalancerClass: nil)
        let problems = decisions.problems + decisions.unmetRequests
        try output.print(ProblemsDocument(problems))
        let worst = problems.map(\.severity).max() ?? .note
        if worst == .error || strict && worst == .warning { throw ExitCode(1) }
    }
}

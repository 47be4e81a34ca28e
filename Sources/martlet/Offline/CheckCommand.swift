import Announcement
import ArgumentParser
import ClusterConfiguration
import KubernetesModel
import Manifests
import Presentation

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Shows every problem in the manifests, with object, field, place and remedy.",
        discussion: """
            Offline: reads manifests and touches nothing. Ends with status 1 if anything is an error, and with --strict also \
            if anything is a warning.

            Example:
              martlet check -f manifests/ --strict
            """)

    @OptionGroup var input: InputOptions
    @OptionGroup var output: OutputOptions

    @Flag(help: "Take warnings for errors.") var strict = false

    func run() async throws {
        let reading = input.read()
        let made = Configuration.make(from: reading.state)
        let plan = AnnouncementPlan(made.configuration, services: [], nodes: reading.state.nodes.map { NodeView($0) })
        let problems = reading.problems + made.problems + plan.problems
        output.print(ProblemsDocument(problems))
        let worst = problems.map(\.severity).max() ?? .note
        if worst == .error || strict && worst == .warning { throw ExitCode(1) }
    }
}

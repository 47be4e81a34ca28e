import ArgumentParser
import ClusterConfiguration
import Manifests
import Presentation

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Shows which address each Service gets, which node announces it how, and why the others stay silent.",
        discussion: """
            Offline: reads manifests and touches nothing. All nodes are taken to hear each other on one segment. Ends with \
            status 1 if anything in the manifests is an error.

            Examples:
              martlet plan -f manifests/
              kubectl get svc,nodes,ipaddresspools,l2advertisements -A -o yaml | martlet plan -f - -o json
            """)

    @OptionGroup var input: InputOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("Only Services of this class; without it, only those of none.", valueName: "class"))
    var loadBalancerClass: String?

    func run() async throws {
        let decisions = OfflineDecisions(input.read(), loadBalancerClass: loadBalancerClass)
        output.print(decisions.document)
        if decisions.problems.contains(where: { $0.severity == .error }) { throw ExitCode(1) }
    }
}

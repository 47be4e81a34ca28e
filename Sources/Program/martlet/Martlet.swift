import ArgumentParser
import Presentation
import SystemIO

/// The program: every command is a type of its own.
@main struct Martlet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet",
        abstract: "Gives Services of type LoadBalancer their addresses, and announces them with ARP, NDP and BGP.",
        discussion: """
            Begin with a look at what would happen, which needs no privileges and touches nothing:

              martlet plan -f manifests/

            Then let it happen on this machine:

              martlet run -f manifests/ --node "$(hostname)"
            """,
        version: Version.text,
        subcommands: [
            RunCommand.self, ControllerCommand.self, SpeakerCommand.self, PlanCommand.self, CheckCommand.self,
            GetCommand.self, ExplainCommand.self, ProbeCommand.self, RebalanceCommand.self, TopCommand.self,
            BundleCommand.self, ReplayCommand.self, VersionCommand.self,
        ])

    static func main() async {
        Capability.raisePermitted()
        if let obstacle = Privileges.fileObstacle(needed: 24) { exit(withError: Diagnostics.failure(obstacle)) }
        StandardStream.ignoreBrokenPipes()
        await runAsTyped()
    }
}

import ArgumentParser
import Presentation
import SystemIO

/// The program: every command is a type of its own.
@main struct Martlet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet",
        abstract: "Allocates addresses to Services of type LoadBalancer, and announces them with ARP, NDP and BGP.",
        discussion: """
            Start with a dry run, which needs no privileges and changes nothing:

              martlet plan -f manifests/

            Then run it on this host:

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

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

            With --against, shows instead which Services would gain, lose or change an address or an owner. Services keep \
            what they have where they can, as they would in life; Services, Nodes, Namespaces, Secrets and EndpointSlices \
            are the old ones where the new manifests have none. Ends with status 1 if any would lose an address, or be \
            announced by nobody.

            Examples:
              martlet plan -f manifests/
              martlet plan -f new/ --against old/
              kubectl get svc,nodes,ipaddresspools,l2advertisements -A -o yaml | martlet plan -f - -o json
            """)

    @Option(
        name: [.customShort("f"), .customLong("filename")],
        help: ArgumentHelp(
            "A file, a directory (its *.yaml, *.yml and *.json), or - for standard input. Repeatable.",
            valueName: "path"))
    var filenames: [String] = []

    @Option(
        help: ArgumentHelp(
            "In place of -f: the manifests in a file that `martlet bundle` wrote, or - for standard input.",
            valueName: "file"))
    var bundle: String?

    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("Only Services of this class; without it, only those of none.", valueName: "class"))
    var loadBalancerClass: String?

    @Option(
        help: ArgumentHelp("Manifests as they are in force, to compare with. Repeatable.", valueName: "path"))
    var against: [String] = []

    func validate() throws {
        guard filenames.isEmpty != (bundle == nil) else {
            throw ValidationError("Name the manifests to read with -f PATH, or a saved bundle with --bundle FILE.")
        }
    }

    private func read() throws -> ManifestReading {
        guard let bundle else { return ManifestReader.read(paths: filenames) }
        do { return try BundleFile.read(bundle).manifests() } catch { throw Diagnostics.failure("\(error)") }
    }

    func run() async throws {
        guard against.isEmpty else { return try compare() }
        let decisions = OfflineDecisions(try read(), loadBalancerClass: loadBalancerClass)
        output.print(decisions.document)
        if decisions.problems.contains(where: { $0.severity == .error }) { throw ExitCode(1) }
    }

    private func compare() throws {
        let old = OfflineDecisions(ManifestReader.read(paths: against), loadBalancerClass: loadBalancerClass)
        for problem in old.problems where problem.severity == .error {
            Diagnostics.say("in what is in force: \(problem)")
        }
        let new = OfflineDecisions(try read(), loadBalancerClass: loadBalancerClass, after: old)
        let comparison = PlanComparison(from: old.document, to: new.document)
        output.print(comparison)
        if comparison.hasLoss || new.problems.contains(where: { $0.severity == .error }) { throw ExitCode(1) }
    }
}

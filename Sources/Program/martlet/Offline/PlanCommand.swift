import ArgumentParser
import ClusterConfiguration
import ClusterDecisions
import Manifests
import Presentation

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Shows which address each Service gets, which node announces it how, and why the others stay silent.",
        discussion: """
            Reads manifests, a bundle or a cluster, and touches nothing. All nodes are taken to hear each other on one segment. \
            Ends with status 1 if anything in them is an error.

            With --against, the word `cluster` or manifests (./cluster is a path), shows instead which Services would \
            gain, lose or change an address or an owner. Services keep what they have where they can, as they would in \
            life. Against a cluster the new manifests are laid over its objects, as `kubectl apply` does: what they do not \
            name stays. Against manifests they replace the old ones; Services, Nodes, Namespaces, Secrets and \
            EndpointSlices are the old ones where the new manifests have none. Ends with status 1 if any would lose an \
            address, or be announced by nobody.

            Examples:
              martlet plan -f manifests/
              martlet plan -f new/ --against old/
              martlet plan -f new/ --against cluster
              martlet plan --kubeconfig ~/.kube/config -o wide
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

    @OptionGroup var cluster: KubeconfigOptions
    @OptionGroup var nodes: NodeOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("Only Services of this class; without it, only those of none.", valueName: "class"))
    var loadBalancerClass: String?

    @Option(
        help: ArgumentHelp(
            "What is in force, to compare with: `cluster`, or manifests. Repeatable.", valueName: "path"))
    var against: [String] = []

    func validate() throws {
        let readsCluster = cluster.isGiven && !isAgainstCluster
        guard (filenames.isEmpty ? 0 : 1) + (bundle == nil ? 0 : 1) + (readsCluster ? 1 : 0) == 1 else {
            throw ValidationError(
                "Name the manifests to read with -f PATH, a saved bundle with --bundle FILE, or a cluster with --kubeconfig PATH."
            )
        }
        guard !isAgainstCluster || against.count == 1 else {
            throw ValidationError(
                "--against cluster goes with no other --against; of a folder of that name, write ./cluster.")
        }
    }

    private var isAgainstCluster: Bool { against.contains("cluster") }

    private func read() async throws -> ManifestReading {
        do {
            if let bundle { return try BundleFile.read(bundle).manifests() }
            if filenames.isEmpty { return try await cluster.look().reading }
            return ManifestReader.read(paths: filenames)
        } catch { throw Diagnostics.failure("\(error)") }
    }

    func run() async throws {
        guard against.isEmpty else { return try await compare() }
        let decisions = OfflineDecisions(
            try await read(), loadBalancerClass: loadBalancerClass, policy: nodes.policy)
        try output.print(decisions.document)
        if decisions.problems.contains(where: { $0.severity == .error }) { throw ExitCode(1) }
    }

    private func compare() async throws {
        guard !isAgainstCluster else { return try await compareWithCluster() }
        let reading = ManifestReader.read(paths: against)
        guard reading.isComplete else {
            for problem in reading.problems where problem.severity == .error { Diagnostics.say("\(problem)") }
            // Whatever is missing there would look like a gain.
            let isMeant = against.contains { $0.likelyMeant(among: ["cluster"]) != nil }
            throw Diagnostics.failure(
                "--against \(against.joined(separator: " ")) cannot be read whole, so there is nothing to compare with"
                    + (isMeant ? "; did you mean `cluster`?" : ""))
        }
        let old = OfflineDecisions(reading, loadBalancerClass: loadBalancerClass, policy: nodes.policy)
        for problem in old.problems where problem.severity == .error {
            Diagnostics.say("in what is in force: \(problem)")
        }
        let new = OfflineDecisions(
            try await read(), loadBalancerClass: loadBalancerClass, after: old, policy: nodes.policy)
        try show(PlanComparison(from: old.document, to: new.document), new.problems)
    }

    private func compareWithCluster() async throws {
        var look: ClusterLook
        do { look = try await cluster.look() } catch { throw Diagnostics.failure("\(error)") }
        look.policy = nodes.policy
        let new = look.decisions(after: try await read(), loadBalancerClass: loadBalancerClass)
        try show(
            PlanComparison(from: look.document(loadBalancerClass: loadBalancerClass), to: new.document), new.problems)
    }

    private func show(_ comparison: PlanComparison, _ problems: [Problem]) throws {
        try output.print(comparison)
        if comparison.hasLoss || problems.contains(where: { $0.severity == .error }) { throw ExitCode(1) }
    }
}

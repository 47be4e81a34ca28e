import ArgumentParser
import ClusterConfiguration
import ClusterDecisions
import Manifests
import Presentation

struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Shows which address each Service gets, which nodes announce it and how, and why the others do not.",
        discussion: """
            Reads manifests, a bundle or a cluster; changes nothing. Assumes that all nodes share one segment and reach each \
            other. Exit status 1: there is an error in them.

            With --against (the word `cluster`, or manifests; ./cluster is a path), shows instead which Services would \
            gain, lose or change an address or an owner. Services keep their addresses where possible, as in \
            production. Against a cluster, the new manifests are applied over its objects, as with `kubectl apply`: other \
            objects stay. Against manifests, they replace the old ones; Services, Nodes, Namespaces, Secrets and \
            EndpointSlices are kept where the new manifests have none. Exit status 1: a Service would lose an \
            address, or no node would announce it.

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
            "Instead of -f: a file written by `martlet bundle`, or - for standard input.",
            valueName: "file"))
    var bundle: String?

    @OptionGroup var cluster: KubeconfigOptions
    @OptionGroup var nodes: NodeOptions
    @OptionGroup var output: OutputOptions

    @Option(
        help: ArgumentHelp("Only Services of this class. Default: only Services without a class.", valueName: "class"))
    var loadBalancerClass: String?

    @Option(
        help: ArgumentHelp(
            "The current state to compare with: `cluster`, or manifests. Repeatable.", valueName: "path"))
    var against: [String] = []

    func validate() throws {
        let readsCluster = cluster.isGiven && !isAgainstCluster
        guard (filenames.isEmpty ? 0 : 1) + (bundle == nil ? 0 : 1) + (readsCluster ? 1 : 0) == 1 else {
            throw ValidationError(
                "Give manifests with -f PATH, a saved bundle with --bundle FILE, or a cluster with --kubeconfig PATH."
            )
        }
        guard !isAgainstCluster || against.count == 1 else {
            throw ValidationError(
                "--against cluster cannot be combined with another --against; for a folder of that name, write ./cluster."
            )
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
            // A missing object would look like a gain.
            let isMeant = against.contains { $0.likelyMeant(among: ["cluster"]) != nil }
            throw Diagnostics.failure(
                "--against \(against.joined(separator: " ")) cannot be read completely, so there is nothing to compare with"
                    + (isMeant ? "; did you mean `cluster`?" : ""))
        }
        let old = OfflineDecisions(reading, loadBalancerClass: loadBalancerClass, policy: nodes.policy)
        for problem in old.problems where problem.severity == .error {
            Diagnostics.say("in the current state: \(problem)")
        }
        let new = OfflineDecisions(
            try await read(), loadBalancerClass: loadBalancerClass, after: old, policy: nodes.policy)
        try show(PlanComparison(from: old.document, to: new.document), new.problems)
    }

    private func compareWithCluster() async throws {
        var look: ClusterSnapshot
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

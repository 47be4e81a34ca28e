import Addresses
import Announcement
import ArgumentParser
import Assignment
import ClusterConfiguration
import KubernetesModel
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
        let reading = input.read()
        let made = Configuration.make(from: reading.state)
        let (assignments, warnings) = AssignmentEngine.plan(
            configuration: made.configuration, state: reading.state, loadBalancerClass: loadBalancerClass)
        let services = Dictionary(reading.state.services.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let endpoints = EndpointIndex(reading.state.endpointSlices)
        let announced = assignments.compactMap { assignment in
            services[assignment.service].map {
                AnnouncedService(
                    $0, addresses: assignment.addresses.map { .init($0.address, pool: $0.pool) },
                    endpoints: endpoints[assignment.service])
            }
        }
        let plan = AnnouncementPlan(
            made.configuration, services: announced, nodes: reading.state.nodes.map { NodeView($0) })
        let problems = reading.problems + made.problems + warnings + plan.problems
        output.print(
            PlanDocument(
                assignments: assignments, layer2: plan.layer2, bgp: plan.bgp, silent: plan.silent, problems: problems))
        if problems.contains(where: { $0.severity == .error }) { throw ExitCode(1) }
    }
}

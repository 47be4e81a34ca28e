import Addresses
import ArgumentParser
import ClusterConfiguration
import Manifests
import Presentation
import SystemIO
import Timing

struct GetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract:
            "Shows pools, services, announcements, peers, speakers, routes, events or problems of a cluster or one process.",
        discussion: """
            From a cluster it reads the objects, and what each speaker reports in its Speaker object, which lists the \
            first hundred addresses and sessions; the owner of any other address is computed. One \
            process, asked with --server, knows more: times, MAC addresses, counters, and all its events.

            Without a source it asks the process of MARTLET_SERVER, else the cluster of the kubeconfig, else a process on \
            \(StatusClient.local).

            Problems are what keeps Martlet from working as configured. Exit status 1: one of them is an error.

            Events are the latest actions and observations with their reasons, the newest last.

            Examples:
              martlet get services
              martlet get problems
              martlet get peers --context production -o wide
              martlet get services --server http://127.0.0.1:7472
              martlet get events default/web --server http://127.0.0.1:7472
              martlet get events --address 192.0.2.10 -o wide --server http://127.0.0.1:7472
              martlet get peers --watch --server http://127.0.0.1:7472
              martlet get services -n shop --sort-by since --bundle martlet-bundle.json
            """)

    @Argument(
        help: "What to show: \(Resource.allCases.map(\.rawValue).joined(separator: ", ")).",
        completion: .list(Resource.allCases.map(\.rawValue)),
        transform: { word in
            if let resource = Resource(typed: word) { return resource }
            let words = Resource.allCases.map(\.rawValue)
            let hint = word.likelyMeant(among: words).map { "did you mean `\($0)`?" }
            throw ValidationError(
                "There is no resource `\(word)`; \(hint ?? "there are \(words.joined(separator: ", "))")."
            )
        })
    var resource: Resource

    @Argument(
        help: ArgumentHelp(
            "Only this one: a Service, a pool, a peer, a node or a prefix.", valueName: "name"))
    var name: String?

    @Option(
        help: ArgumentHelp("For events: only those about this address, including deleted Services.", valueName: "ip"),
        transform: { text in
            do { return try IPAddress(text) } catch { throw ValidationError("--address: \(error)") }
        })
    var address: IPAddress?

    @Option(name: .shortAndLong, help: "Only Services of this namespace, and what belongs to them.")
    var namespace: String?
    @Flag(
        name: [.customShort("A"), .long], help: "All namespaces (the default).")
    var allNamespaces = false

    @Option(
        help: ArgumentHelp(
            "Sort by this member of the documents that -o json prints; a leading minus reverses the order.",
            valueName: "member"))
    var sortBy: String?

    @Flag(name: .shortAndLong, help: "Keep running, and show each change until interrupted.") var watch =
        false

    @Option(
        name: [.customShort("l"), .customLong("selector")],
        help: ArgumentHelp(
            "From a cluster: only Services with these labels, and what belongs to them.", valueName: "selector"))
    var selector: String?

    @Option(help: ArgumentHelp("From a cluster: only Services of this class.", valueName: "class"))
    var loadBalancerClass: String?

    @OptionGroup var cluster: KubeconfigOptions
    @OptionGroup var source: SourceOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        try source.requireAtMostOne(or: cluster)
        guard !allNamespaces || namespace == nil else {
            throw ValidationError("Give -n or -A, not both.")
        }
        guard address == nil || resource == .events else {
            throw ValidationError("--address is for events; for \(resource.rawValue), give a name.")
        }
        guard selector == nil || source.count == 0 else {
            throw ValidationError("A process does not keep the labels of Services: -l is for a cluster.")
        }
        guard !watch || source.bundle == nil else {
            throw ValidationError("A bundle does not change: --watch is for a cluster or a process.")
        }
    }

    func run() async throws {
        do {
            let place = try source.place(or: cluster)
            if case .process = place, selector != nil {
                throw StatusClient.Failure(
                    description: "a process does not keep the labels of Services: -l is for a cluster")
            }
            let (list, moment) = try await look(at: place)
            if let problem = list.orderProblem { throw StatusClient.Failure(description: problem) }
            if !watch, let absence = list.absence { throw StatusClient.Failure(description: absence) }
            let isRead = try output.print(list, now: moment)
            if watch, isRead { return try await follow(list, at: place) }
            if resource == .problems, list.hasError { throw ExitCode(1) }
        } catch let exit as ExitCode {
            throw exit
        } catch {
            throw Diagnostics.failure("\(error)")
        }
    }

    private func look(at place: SourceOptions.Place) async throws -> (ResourceList, Timestamp) {
        let withEvents = resource == .events
        let status: ClusterStatus
        var moment = Timestamp.now
        switch place {
        case .bundle(let path): (status, moment) = try BundleFile.read(path).status
        case .process(let server):
            var events: [EventEntry] = []
            if withEvents, let address {
                events = try await server.events(about: address).events
            } else if withEvents {
                events = try await server.events().events
            }
            status = ClusterStatus([try await server.status()], events: events)
        case .cluster:
            status = try await cluster.look(withEvents: withEvents, labels: selector).status(
                loadBalancerClass: loadBalancerClass)
        }
        let filter = ResourceFilter(name: name, namespace: namespace, selector: selector, address: address)
        return (
            resource.list(from: status, filter: filter, order: sortBy.map { ResourceOrder($0) }), moment
        )
    }

    /// Shows what changes, as long as the reader is there. A process that does not answer is reported once, and waited for.
    private func follow(_ first: ResourceList, at place: SourceOptions.Place) async throws {
        // Speakers write no more often to the cluster.
        let pause = if case .cluster = place { Duration.seconds(5) } else { Duration.seconds(1) }
        var last = first
        var isAway = false
        while true {
            try await Task.sleep(for: pause)
            let list: ResourceList
            let moment: Timestamp
            do {
                (list, moment) = try await look(at: place)
                if isAway { Diagnostics.say("resolved: it answers again") }
                isAway = false
            } catch {
                if !isAway { Diagnostics.say("\(error); waiting for it") }
                isAway = true
                continue
            }
            var layout = OutputOptions.layout(now: moment)
            layout.isWide = output.output == .wide
            let lines = list.changes(since: last, layout)
            last = list
            guard !lines.isEmpty else {
                // A reader that has gone is noticed also while nothing happens.
                guard StandardStream.output.isOpen else { return }
                continue
            }
            let isRead =
                switch output.output {
                case .table, .wide: try OutputOptions.write(lines.map { $0 + "\n" }.joined())
                case .json, .yaml, .name: try output.print(list, now: moment)
                }
            guard isRead else { return }
        }
    }
}

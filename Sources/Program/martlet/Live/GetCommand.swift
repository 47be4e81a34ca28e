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
            "Shows pools, services, announcements, peers, speakers, routes, events or problems, of a cluster or of one process.",
        discussion: """
            Of a cluster it reads the objects, and what each speaker says of itself in its Speaker object, which lists the \
            first hundred addresses and sessions; the owner of an address that is in none of these lists is worked out. One \
            process is asked with --server, and knows more: since when, MAC addresses, counters, and all its events.

            Without a source it asks the process of MARTLET_SERVER, else the cluster of the kubeconfig, else what listens on \
            \(StatusClient.local).

            Problems are what keeps Martlet from doing what it should; one that is an error makes the exit status 1.

            Events are the last things that were done or noticed, with the reasons, the newest at the end.

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
                "There is nothing called `\(word)` to get; \(hint ?? "there are \(words.joined(separator: ", "))")."
            )
        })
    var resource: Resource

    @Argument(
        help: ArgumentHelp(
            "Only this one: a Service, a pool, a peer, a node or a prefix.", valueName: "name"))
    var name: String?

    @Option(
        help: ArgumentHelp("Of events: those about this address, also of Services that are gone.", valueName: "ip"),
        transform: { text in
            do { return try IPAddress(text) } catch { throw ValidationError("--address: \(error)") }
        })
    var address: IPAddress?

    @Option(name: .shortAndLong, help: "Only what concerns Services of this namespace.")
    var namespace: String?
    @Flag(
        name: [.customShort("A"), .long], help: "Of all namespaces, which is what is shown without -n.")
    var allNamespaces = false

    @Option(
        help: ArgumentHelp(
            "Order by this member of the documents that -o json prints; a minus before it turns the order round.",
            valueName: "member"))
    var sortBy: String?

    @Flag(name: .shortAndLong, help: "Go on, and show each change until interrupted.") var watch =
        false

    @Option(
        name: [.customShort("l"), .customLong("selector")],
        help: ArgumentHelp("Of a cluster: only what concerns Services with these labels.", valueName: "selector"))
    var selector: String?

    @Option(help: ArgumentHelp("Of a cluster: only Services of this class.", valueName: "class"))
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
            throw ValidationError("--address is for events; of \(resource.rawValue) give a name.")
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

    /// Shows what changes, for as long as somebody reads it. A process that does not answer is told of once, and waited for.
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
                if isAway { Diagnostics.say("it answers again") }
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

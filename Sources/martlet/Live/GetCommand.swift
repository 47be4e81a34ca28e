import ArgumentParser
import Manifests
import Presentation
import Timing

struct GetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract:
            "Shows pools, services, announcements, peers, speakers, routes or events, as one process has them now.",
        discussion: """
            Events are the last things that the process did or noticed, with the reasons, the newest at the end.

            Examples:
              martlet get services --server http://127.0.0.1:7472
              martlet get events default/web --server http://127.0.0.1:7472
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

    @OptionGroup var source: SourceOptions
    @OptionGroup var output: OutputOptions

    /// How long a watch waits before it looks again.
    private static let pause = Duration.seconds(1)

    func validate() throws {
        try source.requireOne()
        guard !allNamespaces || namespace == nil else {
            throw ValidationError("Give -n or -A, not both.")
        }
        guard !watch || source.bundle == nil else {
            throw ValidationError("A bundle does not change: --watch needs --server.")
        }
    }

    func run() async throws {
        do {
            let (list, moment) = try await look()
            if let problem = list.orderProblem { throw StatusClient.Failure(description: problem) }
            output.print(list, now: moment)
            if watch { try await follow(list) }
        } catch {
            throw Diagnostics.failure("\(error)")
        }
    }

    private func look() async throws -> (ResourceList, Timestamp) {
        let (status, moment) = try await source.status(withEvents: resource == .events)
        let filter = ResourceFilter(name: name, namespace: namespace)
        return (
            resource.list(from: status, filter: filter, order: sortBy.map { ResourceOrder($0) }), moment
        )
    }

    /// Shows what changes. A process that does not answer is told of once, and waited for.
    private func follow(_ first: ResourceList) async throws {
        var last = first
        var isAway = false
        while true {
            try await Task.sleep(for: GetCommand.pause)
            do {
                let (list, moment) = try await look()
                if isAway { Diagnostics.say("it answers again") }
                isAway = false
                var layout = OutputOptions.layout(now: moment)
                layout.isWide = output.output == .wide
                let lines = list.changes(since: last, layout)
                last = list
                guard !lines.isEmpty else { continue }
                switch output.output {
                case .table, .wide: OutputOptions.write(lines.map { $0 + "\n" }.joined())
                case .json, .yaml, .name: output.print(list, now: moment)
                }
            } catch let failure as StatusClient.Failure {
                if !isAway { Diagnostics.say("\(failure); waiting for it") }
                isAway = true
            }
        }
    }
}

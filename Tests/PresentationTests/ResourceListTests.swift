import Testing
import Timing

@testable import Presentation

@Suite("Lists") struct ResourceListTests {
    /// What a list is ordered by, and the names in that order.
    static let orders: [(String, [String])] = [
        ("n", ["a", "c", "b", "d"]), (".n", ["a", "c", "b", "d"]), ("-n", ["b", "c", "a", "d"]),
        ("ip", ["b", "a", "c", "d"]), ("deep.x", ["c", "b", "a", "d"]),
        ("nothing", ["a", "b", "c", "d"]),
    ]

    @Test(
        "are ordered by number, address or text, with what lacks the member last", arguments: orders)
    func ordered(by field: String, names: [String]) {
        let list: [JSONValue] = [
            ["name": "a", "n": 2, "ip": "192.0.2.10", "deep": [["x": "z"]]],
            ["name": "b", "n": 10, "ip": "192.0.2.9/32", "deep": ["x": "y"]],
            ["name": "c", "n": 9, "ip": "2001:db8::1", "deep": ["x": "B"]], ["name": "d", "n": nil],
        ]
        let sorted = ResourceOrder(field).sorted(list)
        let expected = names.map { name in list.first { $0.memberText("name") == name } }
        #expect(sorted == expected.compactMap(\.self))
    }

    @Test("in an order that there is not, say which there are") func unknownOrder() {
        func problem(_ field: String) -> String? {
            Resource.peers.list(from: Samples.status, order: ResourceOrder(field)).orderProblem
        }
        #expect(problem("state") == nil && problem("-prefixesSent") == nil)
        #expect(problem("colour")?.contains("`colour`") == true)
        #expect(problem("colour")?.contains("prefixesSent") == true)
        #expect(
            Resource.peers.list(from: ClusterStatus([]), order: ResourceOrder("colour")).orderProblem
                == nil)
    }

    @Test("of a thing that is not there, say so; of a Service without announcements, that there are none")
    func absent() {
        func list(_ resource: Resource, _ name: String?, namespace: String? = nil) -> ResourceList {
            resource.list(from: Samples.status, filter: ResourceFilter(name: name, namespace: namespace))
        }
        #expect(list(.services, "default/nope").absence == "Martlet serves no Service default/nope")
        #expect(list(.pools, "nope").absence == "there is no pool nope")
        #expect(list(.peers, "nope").absence == "there is no peer nope")
        #expect(list(.services, "default/web").absence == nil && list(.pools, nil).absence == nil)
        #expect(list(.announcements, "default/nope").absence == nil)
        #expect(
            list(.services, nil, namespace: "elsewhere").text(.table, Samples.layout(80)).contains(
                "None in the namespace elsewhere."))
    }

    /// What is asked for of the problems, and how many there are.
    static let problems: [(ResourceFilter, Int)] = [
        (ResourceFilter(), 3), (ResourceFilter(name: "tor-b"), 1),
        (ResourceFilter(name: "BGPPeer/martlet-system/tor-b"), 1), (ResourceFilter(name: "node-1"), 2),
        (ResourceFilter(name: "node-2"), 2), (ResourceFilter(namespace: "martlet-system"), 1),
        (ResourceFilter(name: "nope"), 0),
    ]

    @Test("of problems have the worst first, and once what several say; not to be ready is one", arguments: problems)
    func problemList(filter: ResourceFilter, count: Int) {
        let list = Resource.problems.list(from: Samples.status, filter: filter)
        #expect(list.problems.count == count)
        #expect(
            list.problems.map(\.problem.severity) == list.problems.map(\.problem.severity).sorted(), "error, warning")
        #expect(list.hasError == list.problems.contains { $0.problem.severity == "error" })
    }

    @Test("of problems: what is said twice by one process, as a problem and as not ready, is one") func notReady() {
        var document = StatusDocument(version: "1", role: "run", node: "n1")
        document.problems = [
            ProblemEntry(severity: "error", object: "Node/n1", field: nil, message: "There is no Node n1.")
        ]
        document.notReady = ["There is no Node n1.", "listening for other nodes"]
        let problems = ClusterStatus([document]).problems
        #expect(problems.map(\.problem.object) == ["Node/n1", "Speaker/n1"])
        #expect(problems.map(\.nodes) == [["n1"], ["n1"]])
        #expect(Resource.problems.list(from: ClusterStatus([])).text(.table, Samples.layout(80)) == "No problems.\n")
    }

    /// The sessions of a Service's routes by node, and the cells of its row in `get services`.
    static let sessions: [(sessions: [String: String?], row: [String], message: String)] = [
        (["n1": "Established", "n2": "Established"], ["n1, n2"], ""), (["n1": nil, "n2": nil], ["n1, n2"], ""),
        (["n1": "Established", "n2": "Active"], ["n1"], "n2 does not send it to tor: Active."),
        (["n1": "Idle", "n2": "OpenSent"], ["nobody", "NotSent"], "n1 does not send it to tor: Idle."),
        (["n1": "Unreported"], ["n1", "NotReported"], "The speaker of n1 reports no session with tor."),
        (["n1": "Idle", "n2": "Unreported"], ["n2", "NotReported"], "n1 does not send it to tor: Idle."),
    ]

    @Test("of Services name as owners only nodes whose routes are sent", arguments: sessions)
    func unsent(row: (sessions: [String: String?], row: [String], message: String)) {
        var document = StatusDocument(version: "1", role: "controller", node: nil)
        document.assignments = [
            AssignmentEntry(
                service: "a/b", ips: ["192.0.2.1"], pool: "lan", state: "assigned", reason: nil, message: nil)
        ]
        document.announcements = row.sessions.sorted { $0.key < $1.key }.map { node, session in
            AnnouncementEntry(
                bgp: "a/b", ip: "192.0.2.1", node: node, peer: "tor", prefix: "192.0.2.1/32", session: session)
        }
        let list = Resource.services.list(from: ClusterStatus([document]))
        let line = list.lines(Layout(width: nil, isWide: true, now: Samples.now)).last ?? ""
        for cell in row.row { #expect(line.contains("  \(cell)  "), "\(line)") }
        #expect(row.row[0].contains("n2") || !line.contains(", n2  "), "\(line)")
        #expect(line.contains(row.message), "\(line)")
        let announcements = Resource.announcements.list(from: ClusterStatus([document])).text(
            .table, Samples.layout(nil))
        for case let session? in row.sessions.values {
            let shown = ["Established": "Established", "Unreported": "not reported"][session] ?? "\(session): not sent"
            #expect(announcements.contains("  \(shown)  "), "\(announcements)")
        }
    }

    @Test("of speakers count the addresses of each, not those that it sees others have") func addresses() {
        var document = StatusDocument(version: "1", role: "run", node: "n1")
        document.announcements = [
            AnnouncementEntry(layer2: "a/b", ip: "192.0.2.1", node: "n1", interfaces: nil),
            AnnouncementEntry(layer2: "a/c", ip: "192.0.2.2", node: "n2", interfaces: nil),
        ]
        #expect(ClusterStatus([document]).speakers.map(\.layer2Addresses) == [1])
        document.addressCount = 250
        #expect(ClusterStatus([document]).speakers.map(\.layer2Addresses) == [250])
    }

    @Test("in the order asked for, table and documents agree") func agree() {
        let list = Resource.services.list(from: Samples.status, order: ResourceOrder("-service"))
        #expect(list.names == Resource.services.list(from: Samples.status).names.sorted().reversed())
        let rows = list.lines(Samples.layout(nil)).dropFirst().compactMap {
            $0.split(separator: " ").first.map(String.init)
        }
        #expect(rows.grouped(by: { $0 }).map { $0[0] } == list.names)
    }

    @Test("as names, a line for each that other commands take", arguments: Resource.allCases)
    func names(resource: Resource) {
        let list = resource.list(from: Samples.status)
        let text = list.text(.name, Samples.layout(80))
        #expect(text == list.names.map { $0 + "\n" }.joined())
        #expect(!list.names.isEmpty && Set(list.names).count == list.names.count)
    }

    @Test("that only grew older have not changed; what is new, different or gone is shown")
    func changes() {
        var document = StatusDocument(version: "1", role: "run", node: "n1")
        func peer(_ name: String, _ state: String) -> PeerEntry {
            PeerEntry(peer: name, address: "10.0.0.1", state: state, since: Samples.now, prefixesSent: 1)
        }
        func list() -> ResourceList { Resource.peers.list(from: ClusterStatus([document])) }
        document.peers = [peer("a", "Active"), peer("b", "Active")]
        let first = list()
        let later = Layout(width: nil, now: Samples.now.advanced(by: .seconds(300)))
        #expect(first.changes(since: first, later).isEmpty)
        document.peers = [peer("a", "Established"), peer("c", "Idle")]
        let lines = list().changes(since: first, later)
        #expect(lines.count == 3, "\(lines)")
        #expect(
            lines[0].contains("Established") && lines[1].contains("Idle") && lines[2] == "b is gone")
    }

    /// What is typed, and what is meant.
    static let typed: [(String, Resource?)] = [
        ("pools", .pools), ("pool", .pools), ("svc", .services), ("Service", .services),
        ("events", .events),
        ("ev", .events), ("problem", .problems), ("cars", nil), ("", nil),
    ]

    @Test("are found by the words that people type", arguments: typed) func words(
        word: String, resource: Resource?
    ) {
        #expect(Resource(typed: word) == resource)
    }
}

extension JSONValue {
    fileprivate func memberText(_ name: String) -> String? {
        guard case .object(let members) = self,
            case .string(let text) = members.first(where: { $0.name == name })?.value
        else { return nil }
        return text
    }
}

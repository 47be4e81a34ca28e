import Addresses
import KubernetesModel
import Testing
import Timing

@testable import Assignment
@testable import Presentation

@Suite("Events") struct EventTests {
    static func event(_ number: Int) -> EventEntry {
        EventEntry(.assigned, at: Timestamp(seconds: Int64(number)), node: "n1", services: ["a/s\(number % 2)"], "m.")
    }

    @Test("a history keeps the newest, in order, and says how many it forgot", arguments: [0, 1, 2, 3, 4, 7, 11])
    func ring(count: Int) {
        var history = EventHistory(capacity: 3)
        for number in 0..<count { history.append(Self.event(number)) }
        let document = history.document
        #expect(
            document.events.map(\.number)
                == (max(1, UInt64(count) - min(2, UInt64(count)))...).prefix(min(3, count)).map { $0 })
        #expect(document.events.map(\.time) == document.events.map(\.time).sorted())
        #expect(document.forgotten == UInt64(max(0, count - 3)))
    }

    @Test("a Service's events are its last ones, oldest first") func ofService() {
        var history = EventHistory(capacity: 10)
        for number in 0..<9 { history.append(Self.event(number)) }
        #expect(history.events(of: "a/s0", atMost: 2).map(\.number) == [7, 9])
        #expect(history.events(of: "a/s2", atMost: 2).isEmpty)
    }

    @Test("who got and lost an address is remembered longer than the rest, and found by the address") func tenure()
        throws
    {
        var history = EventHistory(capacity: 3, assignments: 5)
        let noon = try IPAddress("198.51.100.0")
        func append(_ kind: EventEntry.Kind, _ second: Int64, _ service: String, _ ip: String?, prefix: String? = nil) {
            history.append(
                EventEntry(
                    kind, at: Timestamp(seconds: second), node: "n1", services: [service], ip: ip, prefix: prefix, "m.")
            )
        }
        append(.assigned, 1, "a/old", "198.51.100.0")
        append(.released, 2, "a/old", "198.51.100.0")
        append(.assigned, 3, "a/new", "198.51.100.0")
        append(.assigned, 4, "a/other", "198.51.100.9")
        for second in 5..<50 { append(.sessionDown, Int64(second), "", nil) }
        append(.advertised, 50, "", nil, prefix: "198.51.100.0/24")
        #expect(history.events.count == 3)
        #expect(history.events(about: noon).map(\.kind) == ["Assigned", "Released", "Assigned", "Advertised"])
        #expect(history.events(about: noon).map(\.number) == [1, 2, 3, 50])
        #expect(history.events(about: noon).prefix(3).map(\.services) == [["a/old"], ["a/old"], ["a/new"]])
        // Bounded all the same.
        for second in 60..<66 { append(.assigned, Int64(second), "a/x", "198.51.100.7") }
        #expect(history.events(about: noon).isEmpty)
        #expect(history.events(about: try IPAddress("198.51.100.7")).count == 5)
        #expect(history.document.forgotten == 53)
    }

    /// An event's own words, and whether it is about 192.0.2.10, and 2001:db8::10.
    static let subjects: [(ip: String?, prefix: String?, message: String, v4: Bool, v6: Bool)] = [
        ("192.0.2.10", nil, "", true, false), ("2001:DB8::10", nil, "", false, true),
        ("192.0.2.1", nil, "192.0.2.10", false, false), (nil, "192.0.2.0/24", "", true, false),
        (nil, "2001:db8::/64", "", false, true), (nil, "192.0.3.0/24", "", false, false),
        (nil, nil, "Assigned 192.0.2.10, 2001:db8::10 from lan.", true, true),
        (nil, nil, "n1 answers for 192.0.2.10.", true, false), (nil, nil, "2001:db8::10: gone", false, true),
        (nil, nil, "192.0.2.100 and 192.0.2.1", false, false), (nil, nil, "", false, false),
    ]

    @Test("an event is about its address, an address of its route, or one that its sentence names", arguments: subjects)
    func concerns(row: (ip: String?, prefix: String?, message: String, v4: Bool, v6: Bool)) throws {
        let event = EventEntry(.assigned, at: Samples.now, node: nil, ip: row.ip, prefix: row.prefix, row.message)
        #expect(event.concerns(try IPAddress("192.0.2.10")) == row.v4)
        #expect(event.concerns(try IPAddress("2001:db8::10")) == row.v6)
    }

    @Test("a history without room still has room for one") func smallest() {
        var history = EventHistory(capacity: 0)
        history.append(Self.event(1))
        history.append(Self.event(2))
        #expect(history.events.map(\.number) == [2])
    }

    @Test("what a process answers is what a command reads, to the microsecond") func roundTrip() throws {
        let document = EventsDocument(Samples.status.events, forgotten: 7)
        #expect(try EventsDocument(jsonText: Array(document.json.text().utf8)) == document)
        #expect(throws: DocumentError.self) { try EventsDocument(jsonText: Array("{}".utf8)) }
    }

    @Test("a word that only a newer process knows is shown as it is") func unknownKind() throws {
        let text = EventsDocument([Self.event(1)]).json.text().replacing("Assigned", with: "Beamed")
        let document = try EventsDocument(jsonText: Array(text.utf8))
        let list = Resource.events.list(from: ClusterStatus([], events: document.events))
        #expect(list.text(.table, Samples.layout(nil)).contains("Beamed"))
    }

    @Test("an assignment that moved is a release and an assignment; one that waits says why") func ofAssignment() throws
    {
        let name = NamespacedName(namespace: "default", name: "web")
        let moved = AssignmentChange(
            service: name,
            assignment: ServiceAssignment(service: name, addresses: [.init(address: Samples.address, pool: "lan")]),
            releases: [
                .init(address: .v4(IPv4Address(192, 0, 2, 99)), message: "192.0.2.99 was revoked: no pool contains it.")
            ])
        let events = EventEntry.events(of: moved, node: nil, at: Samples.now)
        #expect(events.map(\.kind) == ["Released", "Assigned"])
        #expect(events.map(\.ip) == ["192.0.2.99", "192.0.2.10"])
        #expect(
            events[0].message == "192.0.2.99 was revoked: no pool contains it." && events[1].message.contains("lan"))
        let dual = AssignmentChange(
            service: name,
            assignment: ServiceAssignment(
                service: name,
                addresses: [
                    .init(address: Samples.address, pool: "lan"),
                    .init(address: try IPAddress("2001:db8::1"), pool: "six"),
                ]))
        let both = EventEntry.events(of: dual, node: nil, at: Samples.now)
        #expect(both.map(\.ip) == ["192.0.2.10", "2001:db8::1"] && both[1].message.contains("six"))
        let waiting = AssignmentChange(
            service: name,
            assignment: ServiceAssignment(
                service: name, addresses: [], reason: .poolExhausted, message: "All are taken."))
        #expect(
            EventEntry.events(of: waiting, node: "n1", at: Samples.now).map(\.message) == [
                "PoolExhausted: All are taken."
            ])
        #expect(
            EventEntry.events(of: AssignmentChange(service: name, assignment: nil), node: nil, at: Samples.now).isEmpty)
    }

    /// What is asked for, and the numbers of the sample's events that answer it.
    static let filters: [(ResourceFilter, [UInt64])] = [
        (ResourceFilter(), [1, 1, 2, 3, 4]), (ResourceFilter(name: "web"), [1, 1]),
        (ResourceFilter(name: "default/web"), [1, 1]), (ResourceFilter(name: "tor-a"), [3]),
        (ResourceFilter(namespace: "default"), [1, 1, 4]), (ResourceFilter(name: "web", namespace: "shop"), []),
    ]

    @Test("`get events NAME` is about a Service, a peer or a node", arguments: filters)
    func filtered(filter: ResourceFilter, numbers: [UInt64]) {
        #expect(Resource.events.list(from: Samples.status, filter: filter).events.map(\.number) == numbers)
    }

    @Test(
        "`get` of one shows that one",
        arguments: [
            (Resource.services, "default/web", "default/api"), (.pools, "lan", "dmz"), (.peers, "tor-a", "tor-b"),
            (.announcements, "web", "default/api"),
        ])
    func one(resource: Resource, name: String, other: String) {
        let text = resource.list(from: Samples.status, filter: ResourceFilter(name: name)).text(
            .json, Samples.layout(80))
        #expect(text.contains("\(name)\""))
        #expect(!text.contains("\"\(other)\""))
    }
}

import KubernetesAPI
import KubernetesModel
import SystemIO
import TestAPIServer
import TestSupport
import Testing
import Timing

@testable import KubernetesClient

/// What watches know, kept as they tell it.
private final class Followed: Sendable {
    private let objects = Locked<[String: Set<String>]>([:])
    let events = Locked<[ClientObserver.Event]>([])
    let client: KubernetesClient

    init(_ server: TestAPIServer) async {
        let events = events
        client = KubernetesClient(
            ClientConfiguration(
                server: "http://127.0.0.1:\(await server.port)",
                credentials: .token(Confidential(TestAPIServer.adminToken))),
            observer: ClientObserver { event in events.withLock { $0.append(event) } })
    }

    /// Without the namespace that every cluster has.
    func names(_ resource: String) -> Set<String> {
        (objects.value[resource] ?? []).filter { !$0.hasPrefix("kube-system/") }
    }

    var setBacks: Set<String> {
        Set(events.value.compactMap { if case .setBack(let resource, _, _) = $0 { resource } else { nil } })
    }

    /// Follows Services, Nodes and Namespaces while `body` runs.
    func run(_ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.follow(.services) }
            group.addTask { await self.follow(.nodes) }
            group.addTask { await self.follow(.namespaces) }
            defer { group.cancelAll() }
            try await body()
        }
        await client.close()
    }

    private func follow<Object>(_ type: ResourceType<Object>) async {
        await client.watch(type) { event in
            self.objects.withLock { objects in
                switch event {
                case .initial(let object), .applied(let object):
                    objects[type.name, default: []].insert("\(object.metadata.name)/\(Self.mark(of: object))")
                    let others = (objects[type.name] ?? []).filter {
                        $0.hasPrefix(object.metadata.name + "/")
                            && $0 != "\(object.metadata.name)/\(Self.mark(of: object))"
                    }
                    objects[type.name]?.subtract(others)
                case .deleted(let name):
                    objects[type.name] = (objects[type.name] ?? []).filter { !$0.hasPrefix(name.name + "/") }
                case .ready: break
                }
            }
        }
    }

    /// Its label `mark`.
    private static func mark(of object: some KubernetesObject) -> String { object.metadata.labels?["mark"] ?? "" }

    /// How long it takes until the watches know exactly these; `nil` if longer than `limit`.
    func time(until expected: [String: Set<String>], within limit: Duration) async throws -> Duration? {
        let begun = ContinuousClock.now
        while ContinuousClock.now - begun < limit {
            if expected.allSatisfy({ names($0.key) == $0.value }) { return ContinuousClock.now - begun }
            try await Task.sleep(for: .milliseconds(5))
        }
        return nil
    }
}

@Suite("An API server that goes and comes back", .serialized)
struct OutageTests {
    private static func object(_ kind: String, _ name: String, mark: String = "") -> JSON {
        [
            "apiVersion": "v1", "kind": .string(kind),
            "metadata": [
                "name": .string(name), "namespace": kind == "Service" ? "default" : nil,
                "labels": ["mark": .string(mark)],
            ],
        ]
    }

    private static func add(_ name: String, mark: String = "", to server: TestAPIServer) async throws {
        for kind in ["Service", "Node", "Namespace"] {
            try await server.apply(object(kind, name, mark: mark))
        }
    }

    private static func all(_ names: Set<String>) -> [String: Set<String>] {
        ["services": names, "nodes": names, "namespaces": names]
    }

    @Test(
        "an outage, then an empty watch cache → the new view within a second of the first answer, however long it was",
        arguments: [(away: 0.0, starting: 0.0), (1.0, 0.0), (9.0, 0.0), (0.5, 6.0)])
    func restart(away: Double, starting: Double) async throws {
        let server = TestAPIServer()
        try await server.start()
        try await Self.add("a", to: server)
        let followed = await Followed(server)
        try await followed.run {
            #expect(try await followed.time(until: Self.all(["a/"]), within: .seconds(5)) != nil)
            await server.stop()
            try await Self.add("b", to: server)
            await server.expire()
            try await Task.sleep(for: .seconds(away))
            await server.setReady(starting == 0)
            try await server.start()
            try await Task.sleep(for: .seconds(starting))
            await server.setReady(true)
            let took = try await followed.time(until: Self.all(["a/", "b/"]), within: .seconds(10))
            #expect(took ?? .seconds(99) <= .seconds(1), "\(String(describing: took))")
            print("away \(away) s, starting \(starting) s: \(String(describing: took))")
            // The cost while it was away: watches wait together.
            let lost = followed.events.value.count { if case .watchFailed = $0 { true } else { false } }
            #expect(lost <= 8, "\(lost) failures")
        }
        #expect(followed.setBacks.isEmpty)
        await server.stop()
    }

    @Test("connections that break while the server is well → resumed within a second, and nothing is set back")
    func cut() async throws {
        let server = TestAPIServer()
        try await server.start()
        try await Self.add("a", to: server)
        let followed = await Followed(server)
        try await followed.run {
            #expect(try await followed.time(until: Self.all(["a/"]), within: .seconds(5)) != nil)
            for round in 0..<3 {
                await server.cutConnections()
                try await Self.add("a", mark: "\(round)", to: server)
                let took = try await followed.time(until: Self.all(["a/\(round)"]), within: .seconds(10))
                #expect(took ?? .seconds(99) <= .seconds(1.5) * (round + 1), "\(String(describing: took))")
            }
        }
        #expect(followed.setBacks.isEmpty)
        await server.stop()
    }

    enum Notice: String, CaseIterable, Sendable {
        /// The server was restarted, as for a restore.
        case restart
        /// It was not, and tells how far it is.
        case bookmark
        /// Nothing is told of it; another watch has found it.
        case otherWatch
    }

    @Test(
        "etcd set back → what is gone is gone, what had changed is as it was, what is new is known",
        arguments: Notice.allCases)
    func setBack(notice: Notice) async throws {
        let server = TestAPIServer()
        try await server.start()
        try await Self.add("kept", to: server)
        try await Self.add("changed", mark: "old", to: server)
        try await Self.add("deleted", to: server)
        await server.remember()
        // The future that is lost.
        for path in ["/api/v1/namespaces/default/services", "/api/v1/nodes", "/api/v1/namespaces"] {
            try await server.delete("\(path)/deleted")
        }
        for number in 0..<40 { try await Self.add("changed", mark: "new\(number)", to: server) }
        try await Self.add("lost", to: server)
        let followed = await Followed(server)
        try await followed.run {
            let before: Set = ["kept/", "changed/new39", "lost/"]
            let future = ["services": before, "nodes": before, "namespaces": before.union(["deleted/"])]
            #expect(try await followed.time(until: future, within: .seconds(5)) != nil)
            // All watches stand.
            while await server.requests.count(where: { $0.verb == "watch" }) < 3 {
                try await Task.sleep(for: .milliseconds(10))
            }
            if notice == .restart {
                await server.stop()
                await server.setBack()
                try await Task.sleep(for: .milliseconds(700))
                try await server.start()
            } else {
                await server.setBack()
            }
            try await Self.add("new", to: server)
            switch notice {
            case .restart: break
            case .bookmark: await server.sendBookmarks()
            case .otherWatch:
                followed.client.noteSetBack(resource: "leases", from: "9", to: "1")
                // The next watch begins when this one ends.
                await server.cutConnections()
            }
            let took = try await followed.time(
                until: Self.all(["kept/", "changed/old", "deleted/", "new/"]), within: .seconds(20))
            print("\(notice): \(String(describing: took))")
            #expect(took ?? .seconds(99) <= .seconds(12), "\(String(describing: took)) \(followed.names("services"))")
            #expect(followed.setBacks.isSuperset(of: ["services", "nodes", "namespaces"]))
            // It goes on from there.
            try await Self.add("new", mark: "2", to: server)
            let now = Self.all(["kept/", "changed/old", "deleted/", "new/2"])
            #expect(try await followed.time(until: now, within: .seconds(2)) != nil)
        }
        await server.stop()
    }

    @Test("one of several servers lags for two seconds → nothing is set back, and nothing is told twice") func lag()
        async throws
    {
        let server = TestAPIServer()
        try await server.start()
        try await Self.add("a", to: server)
        await server.remember()
        try await Self.add("b", to: server)
        let followed = await Followed(server)
        try await followed.run {
            #expect(try await followed.time(until: Self.all(["a/", "b/"]), within: .seconds(5)) != nil)
            await server.stop()
            try await Self.add("c", to: server)
            await server.expire()
            await server.misbehave(Fault(.stale, verb: "list", count: 9))
            try await server.start()
            let took = try await followed.time(until: Self.all(["a/", "b/", "c/"]), within: .seconds(10))
            #expect(took ?? .zero >= .seconds(1) && took ?? .seconds(99) <= .seconds(6), "\(String(describing: took))")
        }
        #expect(followed.setBacks.isEmpty)
        await server.stop()
    }
}

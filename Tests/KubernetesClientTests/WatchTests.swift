import KubernetesAPI
import KubernetesModel
import TestSupport
import Testing

@testable import KubernetesClient

@Suite("Lists and watches over a real connection", .serialized)
struct WatchTests {
    static func node(_ name: String, _ version: Int) -> String {
        #"{"metadata":{"name":"\#(name)","uid":"u-\#(name)","resourceVersion":"\#(version)"},"new":{"field":[1]}}"#
    }

    static func page(_ nodes: [String], version: Int, token: String = "") -> StubResponse {
        .json(
            #"{"kind":"NodeList","metadata":{"resourceVersion":"\#(version)","continue":"\#(token)"},"items":[\#(nodes.joined(separator: ","))]}"#
        )
    }

    static func line(_ type: String, _ object: String) -> String { #"{"type":"\#(type)","object":\#(object)}"# + "\n" }

    /// What a watch tells, as short texts, until there are so many.
    static func follow(
        _ server: StubServer, until count: Int, silence: Duration = .seconds(130),
        observer: ClientObserver = ClientObserver()
    ) async -> [String] {
        let client = KubernetesClient(ClientConfiguration(server: server.url), observer: observer, silence: silence)
        let told = Locked<[String]>([])
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await client.watch(.nodes) { event in
                    let text =
                        switch event {
                        case .initial(let node): "initial \(node.metadata.name)@\(node.metadata.resourceVersion ?? "")"
                        case .ready: "ready"
                        case .applied(let node): "applied \(node.metadata.name)@\(node.metadata.resourceVersion ?? "")"
                        case .deleted(let name): "deleted \(name)"
                        }
                    told.withLock { $0.append(text) }
                }
            }
            group.addTask {
                let deadline = ContinuousClock.now + .seconds(20)
                while told.value.count < count, ContinuousClock.now < deadline {
                    try? await Task.sleep(for: .milliseconds(5))
                }
                // Nothing more may come.
                try? await Task.sleep(for: .milliseconds(100))
            }
            await group.next()
            group.cancelAll()
            await group.waitForAll()
        }
        await client.close()
        return told.value
    }

    @Test("pages, an unreadable object, a watch cut anywhere, an end, and what comes after it") func life() async throws
    {
        let watches = Locked(0)
        let server = try await StubServer { request in
            // A look, which chance decides about.
            if request.query["limit"] == "1" { return Self.page([], version: 99) }
            guard request.query["watch"] == "true" else {
                return request.query["continue"] == nil
                    ? Self.page([Self.node("a", 1), Self.node("b", 2)], version: 9, token: "next/")
                    : Self.page([#"{"metadata":{"name":"bad","labels":7}}"#, Self.node("c", 3)], version: 9)
            }
            let text =
                Self.line("MODIFIED", Self.node("a", 10))
                + Self.line("BOOKMARK", #"{"metadata":{"resourceVersion":"12"}}"#)
                + Self.line("DELETED", Self.node("b", 13)) + Self.line("FUTURE", "{}")
            switch watches.withLock({
                $0 += 1; return $0
            }) {
            case 1:
                // Cut in the middle of what it says, every 7 octets.
                let pieces = stride(from: 0, to: text.count, by: 7).map { text.dropFirst($0).prefix(7) }
                return StubResponse(parts: pieces.flatMap { [.text(String($0)), .pause(1)] })
            case 2: return StubResponse(parts: [.text(Self.line("ADDED", Self.node("d", 14))), .pause(20), .cut])
            default: return StubResponse(parts: [.text(Self.line("ADDED", Self.node("e", 15))), .silence])
            }
        }
        let events = Locked<[ClientObserver.Event]>([])
        let told = await Self.follow(
            server, until: 8, observer: ClientObserver { event in events.withLock { $0.append(event) } })
        #expect(
            told == [
                "initial a@1", "initial b@2", "initial c@3", "ready", "applied a@10", "deleted b", "applied d@14",
                "applied e@15",
            ])
        let asked = server.requests.filter { $0.query["watch"] == "true" }
        #expect(asked.map { $0.query["resourceVersion"] } == ["9", "13", "14"])
        #expect(asked.allSatisfy { (300...600).contains(Int($0.query["timeoutSeconds"] ?? "") ?? 0) })
        let lists = server.requests.filter { $0.query["watch"] == nil && $0.query["limit"] != "1" }
        #expect(lists.map { $0.query["limit"] } == ["500", "500"] && lists.last?.query["continue"] == "next%2F")
        #expect(lists.allSatisfy { $0.query["resourceVersion"] == nil })
        #expect(
            events.value.contains { event in
                if case .unreadable("nodes", "bad", let problem) = event {
                    problem.contains("metadata.labels")
                } else {
                    false
                }
            } || events.value.contains { if case .unreadable = $0 { true } else { false } })
        #expect(events.value.filter { if case .watchStands = $0 { true } else { false } }.count == 3)
        await server.stop()
    }

    @Test("410, as a status and as an event → a list, of which only differences are told", arguments: [true, false])
    func gone(asStatus: Bool) async throws {
        let lists = Locked(0)
        let server = try await StubServer { request in
            guard request.query["watch"] == "true" else {
                return lists.withLock({
                    $0 += 1; return $0
                }) == 1
                    ? Self.page([Self.node("a", 1), Self.node("b", 2)], version: 5)
                    : Self.page([Self.node("b", 2), Self.node("c", 8)], version: 9)
            }
            guard request.query["resourceVersion"] == "5" else { return StubResponse(parts: [.silence]) }
            guard !asStatus else { return .failure(410, "Expired") }
            let status = #"{"kind":"Status","status":"Failure","message":"too old","reason":"Expired","code":410}"#
            return StubResponse(parts: [.text(Self.line("ERROR", status)), .silence])
        }
        let told = await Self.follow(server, until: 5)
        #expect(told == ["initial a@1", "initial b@2", "ready", "applied c@8", "deleted a"])
        await server.stop()
    }

    @Test("pages that expire → the whole list in one answer", arguments: ["list", "watch"]) func expiredPages(
        _ verb: String
    ) async throws {
        let server = try await StubServer { request in
            if request.query["watch"] == "true" { return StubResponse(parts: [.silence]) }
            if request.query["continue"] != nil { return .failure(410, "Expired") }
            return request.query["limit"] == nil
                ? Self.page([Self.node("a", 1), Self.node("b", 2)], version: 9)
                : Self.page([Self.node("a", 1)], version: 5, token: "t")
        }
        if verb == "watch" {
            #expect(await Self.follow(server, until: 3) == ["initial a@1", "initial b@2", "ready"])
        } else {
            let client = KubernetesClient(ClientConfiguration(server: server.url))
            #expect(try await client.list(.nodes).map(\.metadata.name) == ["a", "b"])
            await client.close()
        }
        await server.stop()
    }

    @Test("a connection on which nothing comes is given up, and resumed where it was; which is no failure")
    func halfOpen() async throws {
        let server = try await StubServer { request in
            guard request.query["watch"] == "true" else {
                return Self.page([], version: request.query["limit"] == "1" ? 99 : 5)
            }
            return request.query["resourceVersion"] == "7"
                ? StubResponse(parts: [.text(Self.line("ADDED", Self.node("a", 8))), .silence])
                : StubResponse(parts: [
                    .text(Self.line("BOOKMARK", #"{"metadata":{"resourceVersion":"7"}}"#)), .silence,
                ])
        }
        let failures = Locked<[String]>([])
        let observer = ClientObserver { event in
            if case .watchFailed(_, let message) = event { failures.withLock { $0.append(message) } }
        }
        let told = await Self.follow(server, until: 2, silence: .milliseconds(200), observer: observer)
        #expect(told == ["ready", "applied a@8"])
        #expect(failures.value.isEmpty)
        await server.stop()
    }

    @Test("busy, faulty, then well → the wait that was asked for is kept") func busy() async throws {
        let times = Locked<[ContinuousClock.Instant]>([])
        let server = try await StubServer { request in
            if request.query["watch"] == "true" { return StubResponse(parts: [.silence]) }
            return
                switch times.withLock({
                    $0.append(.now); return $0.count
                })
            {
            case 1: .failure(429, "TooManyRequests", headers: [("Retry-After", "1")])
            case 2: .failure(500, "InternalError")
            default: Self.page([], version: 5)
            }
        }
        #expect(await Self.follow(server, until: 1) == ["ready"])
        let moments = times.value
        #expect(moments.count == 3 && moments[1] - moments[0] >= .seconds(1))
        await server.stop()
    }

    @Test("more requests than may be under way → all are answered, few at a time, and the urgent one at once")
    func bounded() async throws {
        let underWay = Locked((now: 0, most: 0))
        let server = try await StubServer { request in
            guard request.path != "/api/v1/nodes/urgent" else { return .json(Self.node("urgent", 1)) }
            underWay.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            return StubResponse(parts: [.pause(30), .text(Self.node("n", 1))])
        }
        let client = KubernetesClient(ClientConfiguration(server: server.url))
        let urgent = Locked<Int?>(nil)
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<200 {
                group.addTask {
                    let name = NamespacedName(namespace: nil, name: "n")
                    let isAnswered = (try? await client.send(.get(.nodes, name))) != nil
                    underWay.withLock { $0.now -= 1 }
                    return isAnswered
                }
            }
            group.addTask {
                try? await Task.sleep(for: .milliseconds(20))
                let name = NamespacedName(namespace: nil, name: "urgent")
                let isAnswered = (try? await client.send(.get(.nodes, name), isUrgent: true)) != nil
                urgent.withLock { $0 = server.requests.count }
                return isAnswered
            }
            for await isAnswered in group { #expect(isAnswered) }
        }
        #expect(underWay.value.most <= KubernetesClient.requestsInFlight)
        #expect(server.requests.count == 201)
        #expect(urgent.value ?? 201 < 150, "answered before the others: \(String(describing: urgent.value))")
        await client.close()
        await server.stop()
    }
}

import Foundation
import KubernetesAPI
import KubernetesModel
import SystemIO
import TestSupport
import Testing
import Timing

@testable import KubernetesClient

/// The one Lease of a server, with its resourceVersion.
private struct LeaseStore {
    var lease: Lease?
    var version = 0
    var hangs = false

    mutating func answer(_ request: StubRequest) -> StubResponse {
        if hangs { return StubResponse(parts: [.silence]) }
        if request.method != "GET" {
            guard let new = try? JSONDecoder().decode(Lease.self, from: Data(request.body.utf8)) else {
                return .failure(400, "BadRequest")
            }
            guard
                request.method == "POST"
                    ? lease == nil : lease?.metadata.resourceVersion == new.metadata.resourceVersion
            else { return .failure(409, request.method == "POST" ? "AlreadyExists" : "Conflict") }
            version += 1
            lease = new
            lease?.metadata.resourceVersion = String(version)
        }
        guard let lease, let json = try? JSONEncoder().encode(lease) else { return .failure(404, "NotFound") }
        return .json(String(decoding: json, as: UTF8.self))
    }
}

@Suite("Leading by a Lease, over a real connection")
struct LeaderElectionTests {
    private static func elector(_ client: KubernetesClient, _ identity: String) -> LeaderElection {
        LeaderElection(
            client, name: NamespacedName(namespace: "martlet-system", name: "leader"), identity: identity,
            now: { UptimeClock.now }, time: { .now })
    }

    /// Takes part until cancelled, and says when it began and ended to lead.
    private static func takePart(_ elector: LeaderElection, _ log: Locked<[String]>, _ name: String) async {
        await elector.run {
            log.withLock { $0.append("\(name) begins") }
            try? await Task.sleep(for: .seconds(60))
            log.withLock { $0.append("\(name) ends") }
        }
    }

    private static func wait(_ limit: Duration, until condition: () -> Bool) async -> Bool {
        let deadline = ContinuousClock.now + limit
        while !condition() {
            guard ContinuousClock.now < deadline else { return false }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return true
    }

    @Test("a namespace that is not there → said, and asked for no more often than every two seconds")
    func noNamespace() async throws {
        let server = try await StubServer { _ in .failure(404, "NotFound") }
        let said = Locked<[String]>([])
        let client = KubernetesClient(
            ClientConfiguration(server: server.url),
            observer: ClientObserver { event in
                if case .electionFailed(let message) = event { said.withLock { $0.append(message) } }
                if case .electionStands = event { said.withLock { $0.append("it stands") } }
            })
        let elector = Self.elector(client, "a")
        let task = Task { await elector.run { Issue.record("leads without a lease") } }
        try await Task.sleep(for: .seconds(3))
        task.cancel()
        await task.value
        #expect((2...4).contains(server.requests.count), "\(server.requests.count) requests")
        #expect((1...2).contains(said.value.count) && said.value.allSatisfy { $0.contains("it is so") })
        await client.close()
        await server.stop()
    }

    @Test("one leads, the other waits; it resigns with a renewal in between, and the other leads within seconds")
    func handover() async throws {
        let store = Locked(LeaseStore())
        let server = try await StubServer { request in store.withLock { $0.answer(request) } }
        let client = KubernetesClient(ClientConfiguration(server: server.url))
        let log = Locked<[String]>([])
        let (a, b) = (Self.elector(client, "a"), Self.elector(client, "b"))
        await withTaskGroup(of: Void.self) { group in
            let leader = Task { await Self.takePart(a, log, "a") }
            #expect(await Self.wait(.seconds(5)) { log.value == ["a begins"] })
            group.addTask { await Self.takePart(b, log, "b") }
            #expect(await Self.wait(.seconds(5)) { b.role == .following("a") })
            leader.cancel()
            await leader.value
            // What the leader knows of the record is old: somebody has written it, as a renewal whose answer was lost.
            store.withLock {
                $0.version += 1; $0.lease?.metadata.resourceVersion = String($0.version)
            }
            await a.resign()
            #expect(store.value.lease?.spec?.holderIdentity == "")
            #expect(await Self.wait(.seconds(8)) { b.role == .leading })
            #expect(log.value == ["a begins", "a ends", "b begins"])
            group.cancelAll()
        }
        #expect(store.value.lease?.spec?.leaseTransitions == 1)
        await client.close()
        await server.stop()
    }

    @Test("a server that hangs → leading ends in time, before another could begin; and begins again when it answers")
    func hanging() async throws {
        let store = Locked(LeaseStore())
        let server = try await StubServer { request in store.withLock { $0.answer(request) } }
        let client = KubernetesClient(ClientConfiguration(server: server.url))
        let log = Locked<[String]>([])
        let elector = Self.elector(client, "a")
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await Self.takePart(elector, log, "a") }
            #expect(await Self.wait(.seconds(5)) { log.value == ["a begins"] })
            let hung = ContinuousClock.now
            store.withLock { $0.hangs = true }
            #expect(await Self.wait(.seconds(13)) { log.value == ["a begins", "a ends"] })
            let took = ContinuousClock.now - hung
            #expect(took < LeaseElection.renewDeadline + .seconds(2), "\(took)")
            store.withLock { $0.hangs = false }
            #expect(await Self.wait(.seconds(10)) { log.value.count == 3 })
            group.cancelAll()
        }
        await client.close()
        await server.stop()
    }
}

import Addresses
import Assignment
import ClusterConfiguration
import KubernetesAPI
import KubernetesClient
import KubernetesModel
import Recording
import TestSupport
import Testing
import Timing

@testable import ClusterDecisions
@testable import Controller

/// What happens seldom, between a controller and its API server, and must not cost anybody an address.
@Suite("A controller in trouble") struct ControllerTroubleTests {
    private static let web = NamespacedName(namespace: "default", name: "web")
    private static let other = NamespacedName(namespace: "default", name: "other")

    private static func addresses(_ service: Service?) -> [String] {
        (service?.status?.loadBalancer?.ingress ?? []).compactMap(\.ip)
    }

    private static func ask(_ address: String?) -> (inout Service) -> Void {
        { $0.metadata.annotations = ["martlet.dev/loadBalancerIPs": address].compactMapValues(\.self) }
    }

    /// The write to a Service that has waited longest, which is then not performed.
    private static func nextPatch(_ bench: inout ControllerBench) throws -> ServicePatch {
        while let action = bench.takeNext() { if case .patchService(let patch) = action { return patch } }
        throw TestFailure("no Service is written to")
    }

    // MARK: - Nodes

    private static func node(_ address: String) -> Node {
        Node(
            metadata: ObjectMeta(name: "n1"),
            status: NodeStatus(addresses: [NodeAddress(type: "InternalIP", address: address)]))
    }

    @Test("A Node has an address of a pool → a warning on the pool, no Service is given it, until it has another")
    func nodeAddress() throws {
        var cluster = try ModelCluster(pools: [("lan", ["192.0.2.0/28"])])
        _ = cluster.set("web")
        var bench = ControllerBench()
        for event in [.node(.initial(Self.node("192.0.2.0")))] + cluster.initialEvents { bench.tell(event) }
        bench.settle(&cluster)
        #expect(Self.addresses(cluster.services[Self.web]) == ["192.0.2.1"])
        #expect(bench.core.problems.map(\.severity) == [.warning])
        bench.tell(.service(.applied(cluster.set("other", Self.ask("192.0.2.0")))))
        bench.settle(&cluster)
        #expect(bench.core.engine.assignment(of: Self.other)?.reason == .addressReserved)
        bench.tell(.node(.applied(Self.node("198.51.100.1"))))
        bench.settle(&cluster)
        #expect(bench.core.problems.isEmpty)
        #expect(Self.addresses(cluster.services[Self.other]) == ["192.0.2.0"])
        #expect(Self.addresses(cluster.services[Self.web]) == ["192.0.2.1"])
    }

    // MARK: - Pools in error

    @Test("The only pool is invalid → the reason of a new Service names it, and its error")
    func onlyPoolInError() throws {
        var cluster = try ModelCluster(pools: [("lan", ["nonsense"])])
        _ = cluster.set("web")
        let bench = ControllerBench(settling: &cluster)
        let assignment = bench.core.engine.assignment(of: Self.web)
        #expect(assignment?.reason == .noPools)
        #expect(
            assignment?.message?.contains("lan is invalid (spec.addresses[0]: ") == true,
            "\(assignment?.message ?? "")")
    }

    @Test("A pool in error since before this leader → its Services keep what they have, and the others are served")
    func poolInError() throws {
        var cluster = try ModelCluster(pools: [("lan", ["192.0.2.0/28"])])
        _ = cluster.set("web")
        _ = ControllerBench(settling: &cluster)
        let writes = cluster.writes

        let good = cluster.pools[0]
        cluster.pools = [
            try ModelCluster.pool("lan", ["192.0.2.0/28", "nonsense"]),
            try ModelCluster.pool("spare", ["198.51.100.0/28"]),
        ]
        var next = ControllerBench(settling: &cluster)
        #expect(cluster.writes == writes)
        #expect(next.core.assignments.map(\.service) == [Self.web])
        #expect(next.core.assignments.first?.message?.contains("lan is invalid") == true)
        next.tell(.service(.applied(cluster.set("web") { $0.metadata.labels = ["a": "b"] })))
        next.tell(.service(.applied(cluster.set("other"))))
        next.settle(&cluster)
        #expect(Self.addresses(cluster.services[Self.web]) == ["192.0.2.0"])
        #expect(Self.addresses(cluster.services[Self.other]) == ["198.51.100.0"])

        var mended = next
        let before = cluster.writes
        mended.tell(.configuration(.pool(.applied(good)), .martlet))
        mended.settle(&cluster)
        #expect(cluster.writes == before)
        #expect(mended.core.engine.assignment(of: Self.web)?.addresses.first?.pool == "lan")
        #expect(mended.core.assignments.allSatisfy { $0.message == nil })

        // What no pool has is replaced.
        let name = NamespacedName(namespace: "martlet-system", name: "lan")
        next.tell(.configuration(.pool(.deleted(name)), .martlet))
        next.settle(&cluster)
        #expect(Self.addresses(cluster.services[Self.web]) == ["198.51.100.1"])
    }

    @Test("Pools that came to overlap before this leader → an address that a Service keeps goes to nobody else")
    func overlapInError() throws {
        var cluster = try ModelCluster(pools: [("b", ["192.0.2.0/28"])])
        _ = cluster.set("web")
        _ = ControllerBench(settling: &cluster)
        // Of one age, the first by name counts.
        cluster.pools.append(try ModelCluster.pool("a", ["192.0.2.0/24"]))
        var next = ControllerBench()
        next.begin(cluster)
        next.tell(.service(.applied(cluster.set("other"))))
        next.settle(&cluster)
        #expect(cluster.holders["192.0.2.0"] == ["web"])
    }

    // MARK: - Namespaces

    @Test("A Service that is told of before its namespace waits for labels that decide", arguments: [true, false])
    func lateNamespace(atStart: Bool) throws {
        var cluster = try ModelCluster(pools: [("public", ["198.51.100.0/28"])])
        let selector = ", \"serviceAllocation\": {\"namespaceSelectors\": [{\"matchLabels\": {\"team\": \"a\"}}]}"
        cluster.pools.append(try ModelCluster.pool("inner", ["192.0.2.0/28"], selector))
        var bench = ControllerBench()
        if atStart { _ = cluster.set("web") }
        bench.begin(cluster)
        if !atStart { bench.tell(.service(.applied(cluster.set("web")))) }
        bench.settle(&cluster)
        #expect(Self.addresses(cluster.services[Self.web]).isEmpty)
        var metadata = ObjectMeta(name: "default")
        metadata.labels = ["team": "a"]
        bench.tell(.namespace(.applied(Namespace(metadata: metadata))))
        bench.settle(&cluster)
        #expect(Self.addresses(cluster.services[Self.web]) == ["192.0.2.0"])
    }

    // MARK: - Addresses that pass from one to another

    @Test("An address is not written to one Service while the other's status has it") func passedOn() throws {
        var cluster = try ModelCluster(pools: [("lan", ["192.0.2.0/28"])])
        _ = cluster.set("other", Self.ask("192.0.2.0"))
        _ = cluster.set("web", Self.ask("192.0.2.0"))
        var bench = ControllerBench(settling: &cluster)
        #expect(cluster.holders == ["192.0.2.0": ["other"]])
        bench.tell(.service(.applied(cluster.set("other", Self.ask("192.0.2.7")))))
        for _ in 0..<5 {
            while let action = bench.takeNext() {
                guard case .patchService(let patch) = action else { continue }
                #expect(patch.service == Self.other)
                bench.tell(.finished(.service(patch.service), .failed("no", pause: nil)))
            }
            bench.now = bench.now.advanced(by: .seconds(30))
            bench.tell(.deadlineReached)
        }
        bench.settle(&cluster)
        #expect(cluster.holders == ["192.0.2.7": ["other"], "192.0.2.0": ["web"]])
    }

    @Test("Two that exchange their addresses do, and never have one both") func exchange() throws {
        var cluster = try ModelCluster(pools: [("lan", ["192.0.2.0/31"])])
        _ = cluster.set("other", Self.ask("192.0.2.0"))
        _ = cluster.set("web", Self.ask("192.0.2.1"))
        _ = ControllerBench(settling: &cluster)
        // Both at once, as a new leader finds it.
        _ = cluster.set("other", Self.ask("192.0.2.1"))
        _ = cluster.set("web", Self.ask("192.0.2.0"))
        var next = ControllerBench()
        next.begin(cluster)
        while next.performNext(&cluster) {
            #expect(cluster.holders.values.allSatisfy { $0.count == 1 })
        }
        next.settle(&cluster)
        #expect(cluster.holders == ["192.0.2.1": ["other"], "192.0.2.0": ["web"]])
    }

    @Test("Addresses asked for at random, failing writes, dying leaders: never two with one", arguments: 1...60)
    func moves(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var cluster = try ModelCluster(pools: [("lan", ["192.0.2.0/29"])])
        var bench = ControllerBench(seed: seed)
        bench.begin(cluster)
        for step in 0..<300 {
            switch Int.random(in: 0..<12, using: &random) {
            case 0..<5:
                let address = Bool.random(using: &random) ? "192.0.2.\(Int.random(in: 0..<8, using: &random))" : nil
                let name = "s\(Int.random(in: 0..<6, using: &random))"
                bench.tell(.service(.applied(cluster.set(name, Self.ask(address)))))
            case 5:
                if let name = cluster.services.keys.sorted().randomElement(using: &random) {
                    cluster.remove(name)
                    bench.tell(.service(.deleted(name)))
                }
            case 6:
                bench = ControllerBench(seed: seed &+ UInt64(step))
                bench.begin(cluster)
            case 7:
                if case .patchService(let patch)? = bench.takeNext() {
                    bench.tell(.finished(.service(patch.service), .failed("no", pause: nil)))
                }
                bench.now = bench.now.advanced(by: .seconds(1))
                bench.tell(.deadlineReached)
            default: bench.performNext(&cluster)
            }
            for (address, names) in cluster.holders {
                #expect(names.count == 1, "seed \(seed), step \(step): \(address) of \(names)")
            }
        }
        for _ in 0..<5 { bench.settle(&cluster) }
        for service in cluster.services.values {
            let decided = bench.core.engine.assignment(of: service.name)?.addresses.map(\.address.description)
            #expect(Self.addresses(service) == decided, "seed \(seed): \(service.name)")
        }

        // What was recorded of the last leader is decided again as it was; some lives are enough.
        guard seed % 10 == 0 else { return }
        let recording = try bench.recorded()
        #expect(recording.turns.count == bench.turns.count + 1, "seed \(seed)")
        #expect(recording.firstDifference == nil, "seed \(seed): \(recording.firstDifference?.event ?? "")")
    }

    // MARK: - Writes and answers

    @Test("The answer for a Service that was replaced meanwhile says nothing of the new one") func replaced() throws {
        var cluster = try ModelCluster(pools: [("lan", ["192.0.2.0/28"])])
        _ = cluster.set("web")
        var bench = ControllerBench()
        bench.begin(cluster)
        let patch = try Self.nextPatch(&bench)
        let late = cluster.apply(patch)
        cluster.remove(Self.web)
        bench.tell(.service(.deleted(Self.web)))
        bench.tell(.service(.applied(cluster.set("web"))))
        bench.tell(.finished(.service(Self.web), late))
        bench.settle(&cluster)
        #expect(Self.addresses(cluster.services[Self.web]) == ["192.0.2.0"])
    }

    @Test("A write that was done, its answer lost, is not said to be rejected for ever") func lostAnswer() throws {
        var cluster = try ModelCluster(pools: [("lan", ["192.0.2.0/28"])])
        _ = cluster.set("web")
        var bench = ControllerBench()
        bench.begin(cluster)
        guard case .done(let service?) = cluster.apply(try Self.nextPatch(&bench)) else {
            throw TestFailure("the write is not done")
        }
        bench.tell(.finished(.service(Self.web), .failed("the connection broke", pause: nil)))
        bench.tell(.service(.applied(service)))
        #expect(bench.core.refusals.isEmpty)
        bench.settle(&cluster)
        #expect(cluster.writes == 1)
    }

    @Test("An API server that asks for a pause gets it from every write", arguments: [5, 100_000])
    func pause(seconds: Int) throws {
        var cluster = try ModelCluster(pools: [("lan", ["192.0.2.0/24"])])
        for index in 0..<100 { _ = cluster.set("s\(index)") }
        var bench = ControllerBench()
        bench.begin(cluster)
        let begun = bench.pending.count
        #expect(begun == ControllerCore.parallelWrites)
        while let action = bench.takeNext() {
            switch action {
            case .patchService(let patch):
                bench.tell(.finished(.service(patch.service), .failed("busy", pause: .seconds(seconds))))
            case .patchConfiguration(let patch):
                bench.tell(.finished(.configuration(patch.key), .failed("busy", pause: .seconds(seconds))))
            case .note, .record: break
            }
        }
        // However long it asks for, a minute is the most.
        let end = Duration.seconds(min(seconds, 60))
        bench.now = Instant.zero.advanced(by: end - .milliseconds(1))
        bench.tell(.deadlineReached)
        #expect(bench.pending.isEmpty)
        #expect(bench.core.nextDeadline == Instant.zero.advanced(by: end))
        bench.now = Instant.zero.advanced(by: end)
        bench.tell(.deadlineReached)
        #expect(bench.pending.count == ControllerCore.parallelWrites)
        bench.settle(&cluster)
        #expect(cluster.holders.count == 100)
    }

    // MARK: - Words

    @Test("An edit before the first write is done is not told as a second assignment") func toldOnce() throws {
        var cluster = try ModelCluster(pools: [("lan", ["192.0.2.0/28"])])
        var bench = ControllerBench()
        bench.begin(cluster)
        bench.tell(.service(.applied(cluster.set("web"))))
        for index in 0..<3 {
            bench.tell(.service(.applied(cluster.set("web") { $0.metadata.labels = ["n": "\(index)"] })))
        }
        bench.settle(&cluster)
        #expect(bench.notes.map(\.reason) == ["Assigned"])
    }

    @Test("A warning is told once, whoever leads") func warnings() throws {
        var cluster = try ModelCluster(pools: [("lan", ["192.0.2.0/28"])])
        _ = cluster.set("web") { $0.metadata.annotations = ["metallb.universe.tf/loadBalancerIPs": "192.0.2.3"] }
        let bench = ControllerBench(settling: &cluster)
        #expect(bench.notes.map(\.reason).sorted() == ["Assigned", "LegacyAnnotation"])
        let next = ControllerBench(settling: &cluster)
        #expect(next.notes.isEmpty)
    }

    @Test("A Service that is being deleted gets no address of a new leader, and keeps its own") func leaving() throws {
        var cluster = try ModelCluster(pools: [("lan", ["192.0.2.0/28"])])
        _ = cluster.set("web")
        _ = ControllerBench(settling: &cluster)
        for name in ["web", "other"] {
            _ = cluster.set(name) { $0.metadata.deletionTimestamp = "2026-01-01T00:00:00Z" }
        }
        _ = ControllerBench(settling: &cluster)
        #expect(cluster.holders == ["192.0.2.0": ["web"]])
    }
}

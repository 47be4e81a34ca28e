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

@Suite("What a controller writes") struct ControllerCoreTests {
    private static func cluster(_ addresses: String = "192.0.2.0/28") throws -> ModelCluster {
        try ModelCluster(pools: [("lan", [addresses])])
    }

    private static let web = NamespacedName(namespace: "default", name: "web")

    @Test("nothing is decided before everything has been seen") func completeness() throws {
        var cluster = try Self.cluster()
        _ = cluster.set("web")
        for missing in cluster.initialEvents.indices {
            var bench = ControllerBench()
            for (index, event) in cluster.initialEvents.enumerated() where index != missing { bench.tell(event) }
            let isReady = if case .service(.initial) = cluster.initialEvents[missing] { true } else { false }
            let isPool =
                if case .configuration(.pool(.initial), _) = cluster.initialEvents[missing] { true } else { false }
            #expect(bench.core.isComplete == (isReady || isPool))
            if !bench.core.isComplete { #expect(bench.pending.isEmpty) }
        }
    }

    @Test("a Service gets all that is written of it in one write") func single() throws {
        var cluster = try Self.cluster()
        _ = cluster.set("web")
        var bench = ControllerBench()
        bench.begin(cluster)
        bench.settle(&cluster)
        let service = try #require(cluster.services[Self.web])
        #expect(cluster.writes == 1)
        #expect(service.status?.loadBalancer?.ingress == [LoadBalancerIngress(ip: "192.0.2.0", ipMode: "VIP")])
        #expect(service.metadata.annotations == ["martlet.dev/ip-allocated-from-pool": "lan"])
        let condition = try #require(service.status?.conditions?.first)
        #expect(condition.type == "martlet.dev/AddressAssigned" && condition.status == "True")
        #expect(bench.notes.map(\.reason) == ["Assigned"])
    }

    @Test("a thousand at once: a write each, every address once, few Events") func thousand() throws {
        var cluster = try Self.cluster("198.18.0.0/20")
        var bench = ControllerBench()
        bench.begin(cluster)
        for index in 0..<1000 { bench.tell(.service(.applied(cluster.set("s\(index)")))) }
        bench.settle(&cluster)
        #expect(cluster.writes == 1000)
        #expect(cluster.holders.count == 1000 && cluster.holders.values.allSatisfy { $0.count == 1 })
        #expect(bench.notes.count <= 60)
        #expect(bench.core.budget.withheld > 900)
    }

    @Test("whoever leads next writes nothing where all is written") func restart() throws {
        var cluster = try Self.cluster()
        for index in 0..<20 { _ = cluster.set("s\(index)") }
        var bench = ControllerBench()
        bench.begin(cluster)
        bench.settle(&cluster)
        let writes = cluster.writes
        #expect(cluster.holders.count == 16)
        var next = ControllerBench()
        next.begin(cluster)
        next.settle(&cluster)
        #expect(cluster.writes == writes)
        // Those that wait are not told of again.
        #expect(next.notes.isEmpty)
    }

    @Test("conditions of others stay, and only ours changes") func conditions() throws {
        var cluster = try Self.cluster()
        let other = Condition(type: "example.com/Other", status: "True", reason: "Fine")
        _ = cluster.set("web") { $0.status = ServiceStatus(conditions: [other]) }
        var bench = ControllerBench()
        bench.begin(cluster)
        bench.settle(&cluster)
        #expect(
            cluster.services[Self.web]?.status?.conditions?.map(\.type) == [other.type, "martlet.dev/AddressAssigned"])
    }

    @Test("a Service that is somebody else's is not touched, even with an address of ours") func foreign() throws {
        var cluster = try Self.cluster()
        let ingress = [LoadBalancerIngress(ip: "192.0.2.0")]
        _ = cluster.set("theirs") {
            $0.spec?.loadBalancerClass = "example.com/other"
            $0.status = ServiceStatus(loadBalancer: LoadBalancerStatus(ingress: ingress))
        }
        _ = cluster.set("plain") { $0.spec?.type = "ClusterIP" }
        var bench = ControllerBench()
        bench.begin(cluster)
        bench.settle(&cluster)
        #expect(cluster.writes == 0)
    }

    @Test("a Service that is Martlet's no more loses what Martlet wrote") func farewell() throws {
        var cluster = try Self.cluster()
        _ = cluster.set("web")
        var bench = ControllerBench()
        bench.begin(cluster)
        bench.settle(&cluster)
        // The API server empties the status when the type changes; the marks are ours to take.
        bench.tell(
            .service(
                .applied(
                    cluster.set("web") {
                        $0.spec?.type = "ClusterIP"
                        $0.status?.loadBalancer = LoadBalancerStatus()
                    })))
        bench.settle(&cluster)
        let service = try #require(cluster.services[Self.web])
        #expect(service.metadata.annotations?.isEmpty ?? true)
        #expect(service.status?.conditions?.isEmpty ?? true)
        bench.tell(.service(.applied(cluster.set("next"))))
        bench.settle(&cluster)
        #expect(cluster.holders["192.0.2.0"] == ["next"])
    }

    @Test("a rejected or failed write is tried again, more slowly, and said") func failures() throws {
        var cluster = try Self.cluster()
        _ = cluster.set("web")
        var bench = ControllerBench()
        bench.begin(cluster)
        var attempts = 0
        for _ in 0..<100 {
            while let action = bench.takeNext() {
                guard case .patchService(let patch) = action else { continue }
                attempts += 1
                bench.tell(.finished(.service(patch.service), .refused("not permitted")))
            }
            bench.now = bench.now.advanced(by: .milliseconds(100))
            bench.tell(.deadlineReached)
        }
        #expect((3...8).contains(attempts), "\(attempts) in ten seconds")
        #expect(bench.core.refusals == [.service(Self.web): "not permitted"])
        bench.settle(&cluster)
        #expect(cluster.holders["192.0.2.0"] == ["web"] && bench.core.refusals.isEmpty)
    }

    @Test("an invalid object is told by its condition, a valid one too; once") func verdicts() throws {
        var cluster = try ModelCluster(pools: [("lan", ["192.0.2.0/28"]), ("bad", ["192.0.2.0/29"])])
        var bench = ControllerBench()
        bench.begin(cluster)
        let patches = bench.pending.compactMap { action -> ConfigurationPatch? in
            if case .patchConfiguration(let patch) = action { patch } else { nil }
        }
        #expect(patches.map(\.key.name.name) == ["bad", "lan"])
        // Of one age, the first by name has the addresses that both want.
        #expect(patches.map { $0.conditions?.first?.status } == ["True", "False"])
        #expect(patches.last?.conditions?.first?.message?.contains("overlaps") == true)
        #expect(patches.first?.counts?.availableIPv4 == 8)
        bench.settle(&cluster)
    }

    @Test(
        "killed between any two writes: no address twice, none lost, nothing for ever undone",
        arguments: 1...60 as ClosedRange<UInt64>)
    func crashes(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var cluster = try Self.cluster("192.0.2.0/27")
        var bench = ControllerBench(seed: seed)
        bench.begin(cluster)
        for step in 0..<200 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<3: bench.tell(.service(.applied(cluster.set("s\(Int.random(in: 0..<40, using: &random))"))))
            case 3:
                if let name = cluster.services.keys.sorted().randomElement(using: &random) {
                    cluster.remove(name)
                    bench.tell(.service(.deleted(name)))
                }
            case 4:
                // Killed; what was written is written, what was not is forgotten.
                let lost = bench.pending.first
                if Bool.random(using: &random), case .patchService(let patch)? = lost { _ = cluster.apply(patch) }
                bench = ControllerBench(seed: seed &+ UInt64(step))
                bench.begin(cluster)
            case 5:
                // Somebody edits a Service while a write is under way: the write is rejected.
                if let name = cluster.services.keys.sorted().randomElement(using: &random) {
                    let labels = ["n": "\(step)"]
                    bench.tell(.service(.applied(cluster.set(name.name) { $0.metadata.labels = labels })))
                }
            default: bench.performNext(&cluster)
            }
            for (address, names) in cluster.holders {
                #expect(names.count == 1, "seed \(seed): \(address) of \(names)")
            }
        }
        bench.settle(&cluster)
        #expect(cluster.holders.count == min(cluster.services.count, 32), "seed \(seed)")
        let writes = cluster.writes
        bench.settle(&cluster)
        #expect(cluster.writes == writes, "seed \(seed): a write without a change")

        // What was recorded of the last leader is decided again as it was; some lives are enough.
        guard seed % 10 == 0 else { return }
        let recording = try bench.recorded()
        #expect(recording.turns.count == bench.turns.count + 1, "seed \(seed)")
        #expect(recording.firstDifference == nil, "seed \(seed): \(recording.firstDifference?.event ?? "")")
    }
}

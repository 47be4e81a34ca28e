import ClusterConfiguration
import Foundation
import KubernetesAPI
import KubernetesClient
import KubernetesModel
import Recording
import TestSupport
import Timing

@testable import ClusterDecisions
@testable import Controller

/// A cluster as a controller sees it, in memory: it applies patches as an API server does, and counts them.
struct ModelCluster {
    private(set) var services: [NamespacedName: Service] = [:]
    private(set) var writes = 0
    private var version = 1
    var pools: [IPAddressPool]

    init(pools: [(name: String, addresses: [String])]) throws {
        self.pools = try pools.map { try ModelCluster.pool($0.name, $0.addresses) }
    }

    /// - Parameter more: further members of the spec, each with a comma before it.
    static func pool(_ name: String, _ addresses: [String], _ more: String = "") throws -> IPAddressPool {
        let addresses = addresses.map { "\"\($0)\"" }.joined(separator: ",")
        let text = """
            {"apiVersion": "martlet.dev/v1beta1", "metadata": {"name": "\(name)", "namespace": "martlet-system",
            "uid": "u", "generation": 1, "creationTimestamp": "2026-01-01T00:00:00Z"},
            "spec": {"addresses": [\(addresses)]\(more)}}
            """
        return try JSONDecoder().decode(IPAddressPool.self, from: Data(text.utf8))
    }

    mutating func set(_ name: String, _ change: (inout Service) -> Void = { _ in }) -> Service {
        version += 1
        let key = NamespacedName(namespace: "default", name: name)
        var service = services[key] ?? Service(metadata: ObjectMeta(name: name, namespace: "default"))
        if services[key] == nil {
            var spec = ServiceSpec()
            spec.type = "LoadBalancer"
            spec.ipFamilies = ["IPv4"]
            spec.ports = [ServicePort(port: 80)]
            service.spec = spec
            service.metadata.uid = "\(name)-\(version)"
            service.metadata.creationTimestamp = Timestamp(seconds: Int64(1_700_000_000 + version)).description
        }
        change(&service)
        service.metadata.resourceVersion = "\(version)"
        services[key] = service
        return service
    }

    mutating func remove(_ name: NamespacedName) { services[name] = nil }

    /// What an API server answers to a patch, and does.
    mutating func apply(_ patch: ServicePatch) -> WriteOutcome {
        guard let service = services[patch.service] else { return .gone }
        guard service.metadata.resourceVersion == patch.resourceVersion else { return .conflict }
        writes += 1
        return .done(
            set(patch.service.name) { service in
                for (key, value) in patch.annotations {
                    service.metadata.annotations = service.metadata.annotations ?? [:]
                    service.metadata.annotations?[key] = value
                }
                var status = service.status ?? ServiceStatus()
                if let ingress = patch.ingress { status.loadBalancer = LoadBalancerStatus(ingress: ingress) }
                if let conditions = patch.conditions { status.conditions = conditions }
                service.status = status
            })
    }

    /// Everything that a controller is told at its start.
    var initialEvents: [ControllerCore.Event] {
        var events: [ControllerCore.Event] = pools.map { .configuration(.pool(.initial($0)), .martlet) }
        for group in ConfigurationObjects.Group.allCases {
            events += [
                .configuration(.pool(.ready), group), .configuration(.layer2Advertisement(.ready), group),
                .configuration(.bgpAdvertisement(.ready), group), .configuration(.peer(.ready), group),
                .configuration(.bfdProfile(.ready), group), .configuration(.communities(.ready), group),
            ]
        }
        events += services.values.map { .service(.initial($0)) }
        return events + [.service(.ready), .namespace(.ready), .node(.ready)]
    }

    /// By address, the Services whose status has it.
    var holders: [String: [String]] {
        var result: [String: [String]] = [:]
        for service in services.values {
            for ingress in service.status?.loadBalancer?.ingress ?? [] {
                result[ingress.ip ?? "", default: []].append(service.metadata.name)
            }
        }
        return result
    }
}

/// A controller at work on a model, with time that the test moves.
struct ControllerBench {
    var core = ControllerCore()
    var now = Instant.zero
    var generator: SeededGenerator
    private(set) var pending: [ControllerCore.Action] = []
    private(set) var notes: [EventNote] = []
    /// What the core was given, and what it decided.
    private(set) var turns: [CoreTurn] = []

    init(seed: UInt64 = 1) { generator = SeededGenerator(seed: seed) }

    /// One that leads, and has written all that there was to write.
    init(settling cluster: inout ModelCluster) {
        self.init()
        begin(cluster)
        settle(&cluster)
    }

    mutating func tell(_ event: ControllerCore.Event) {
        let time = Timestamp(seconds: 1_800_000_000 + now.nanoseconds / 1_000_000_000)
        var drawn = DrawnNumbers(generator)
        let actions = core.handle(event, at: now, time: time, using: &drawn)
        generator = drawn.base
        turns.append(
            CoreTurn(at: now, .controlled(event, time: time, numbers: drawn.numbers), .controllerActions(actions)))
        for action in actions {
            switch action {
            case .patchService, .patchConfiguration: pending.append(action)
            case .record(let note): notes.append(note)
            case .note: break
            }
        }
    }

    /// The life of the core as it is recorded, and what replaying it comes to.
    func recorded() throws -> Recording {
        var encoder = TurnEncoder()
        var file = RecordFraming.preamble
        file += try encoder.header(version: "1", node: "", began: Timestamp(seconds: 0), at: .zero)
        file += try encoder.turn(CoreTurn(at: .zero, .leadingBegan(loadBalancerClass: nil), .nothing))
        for turn in turns { file += try encoder.turn(turn) }
        return try Recording(file)
    }

    mutating func begin(_ cluster: ModelCluster) { for event in cluster.initialEvents { tell(event) } }

    /// Performs the write that has waited longest, and tells of it. Returns whether there was one.
    @discardableResult
    mutating func performNext(_ cluster: inout ModelCluster) -> Bool {
        guard !pending.isEmpty else { return false }
        switch pending.removeFirst() {
        case .patchService(let patch): tell(.finished(.service(patch.service), cluster.apply(patch)))
        case .patchConfiguration(let patch): tell(.finished(.configuration(patch.key), .done(nil)))
        case .record, .note: break
        }
        return true
    }

    /// The write that has waited longest, which is then not performed.
    mutating func takeNext() -> ControllerCore.Action? { pending.isEmpty ? nil : pending.removeFirst() }

    /// Until nothing is to be written any more, letting time pass.
    mutating func settle(_ cluster: inout ModelCluster) {
        for _ in 0..<20 {
            while performNext(&cluster) {}
            now = now.advanced(by: .seconds(3))
            tell(.deadlineReached)
        }
    }
}

import Addresses
import ClusterConfiguration
import KubernetesModel
import Testing
import Timing

@testable import Assignment

/// Everything that the tests say about a Service, in the words of a manifest.
struct ServiceSketch {
    var name: NamespacedName
    var annotations: [String: String] = [:]
    var labels: [String: String] = [:]
    var type: String? = "LoadBalancer"
    var loadBalancerClass: String?
    var loadBalancerIP: String?
    var clusterIPs: [String]?
    var ipFamilies: [String]?
    var ipFamilyPolicy: String?
    var externalTrafficPolicy: String?
    var selector: [String: String]?
    var ports: [ServicePort] = [ServicePort(port: 80)]
    var status: [LoadBalancerIngress]?

    init(_ name: String, _ change: (inout ServiceSketch) -> Void = { _ in }) {
        let parts = name.split(separator: "/").map(String.init)
        self.name =
            parts.count == 2
            ? NamespacedName(namespace: parts[0], name: parts[1]) : NamespacedName(namespace: "default", name: name)
        change(&self)
    }

    var service: Service {
        var spec = ServiceSpec()
        spec.type = type
        spec.loadBalancerClass = loadBalancerClass
        spec.loadBalancerIP = loadBalancerIP
        spec.clusterIPs = clusterIPs
        spec.ipFamilies = ipFamilies
        spec.ipFamilyPolicy = ipFamilyPolicy
        spec.externalTrafficPolicy = externalTrafficPolicy
        spec.selector = selector
        spec.ports = ports
        return Service(
            metadata: ObjectMeta(name: name.name, namespace: name.namespace, labels: labels, annotations: annotations),
            spec: spec, status: status.map { ServiceStatus(loadBalancer: LoadBalancerStatus(ingress: $0)) })
    }

    // MARK: Shorthand

    mutating func requests(_ addresses: String) { annotations["martlet.dev/loadBalancerIPs"] = addresses }
    mutating func requestsPool(_ pool: String) { annotations["martlet.dev/address-pool"] = pool }
    mutating func shares(_ key: String, ports numbers: Int...) {
        annotations["martlet.dev/allow-shared-ip"] = key
        if !numbers.isEmpty { ports = numbers.map { ServicePort(port: $0) } }
    }
    mutating func isLocal(_ selector: [String: String]) {
        externalTrafficPolicy = "Local"
        self.selector = selector
    }
    mutating func has(_ addresses: String...) { status = addresses.map { LoadBalancerIngress(ip: $0) } }
    mutating func wants(_ policy: String?, _ families: String...) {
        ipFamilyPolicy = policy
        if !families.isEmpty { ipFamilies = families }
    }
}

/// An engine, its clock, and the answers in short text.
struct Bench {
    var engine: AssignmentEngine
    var now = Instant.zero
    private var nextRank: Int64 = 0
    var changes: [AssignmentChange] = []

    init(_ pools: Pool..., loadBalancerClass: String? = nil) {
        engine = AssignmentEngine(loadBalancerClass: loadBalancerClass)
        handle([.pools(pools)])
    }

    mutating func handle(_ events: [AssignmentEvent]) { changes = engine.handle(events, at: now) }

    mutating func apply(_ sketches: ServiceSketch...) {
        handle(
            sketches.map { sketch in
                nextRank += 1
                return .service(sketch.service, rank: ranks[sketch.name] ?? nextRank)
            })
        for sketch in sketches where ranks[sketch.name] == nil { ranks[sketch.name] = Int64(ranks.count + 1) }
    }

    private var ranks: [NamespacedName: Int64] = [:]

    mutating func apply(_ name: String, _ change: (inout ServiceSketch) -> Void = { _ in }) {
        apply(ServiceSketch(name, change))
    }

    mutating func remove(_ name: String) { handle([.serviceRemoved(ServiceSketch(name).name)]) }

    mutating func pools(_ pools: Pool...) { handle([.pools(pools)]) }

    mutating func namespace(_ name: String, _ labels: [String: String]) {
        handle([.namespace(Namespace(metadata: ObjectMeta(name: name, labels: labels)))])
    }

    mutating func wait(_ duration: Duration) {
        now = now.advanced(by: duration)
        handle([])
    }

    /// `ADDRESS[,ADDRESS]`, or the reason, or `-` for a Service that is not Martlet's; both where not all was given.
    subscript(_ name: String) -> String {
        guard let assignment = engine.assignment(of: ServiceSketch(name).name) else { return "-" }
        let addresses = assignment.addresses.map(\.address.description).joined(separator: ",")
        return [addresses, assignment.reason?.rawValue ?? ""].filter { !$0.isEmpty }.joined(separator: " ")
    }

    func message(_ name: String) -> String { engine.assignment(of: ServiceSketch(name).name)?.message ?? "" }

    func change(of name: String) -> AssignmentChange? { changes.first { $0.service == ServiceSketch(name).name } }
}

extension Pool {
    /// A pool of `LOWER-UPPER` ranges and CIDRs.
    static func of(_ name: String, _ entries: String..., change: (inout Pool) -> Void = { _ in }) -> Pool {
        var pool = Pool(name: name, ranges: entries.compactMap(range))
        precondition(pool.ranges.count == entries.count, "\(entries) are not all ranges")
        change(&pool)
        return pool
    }

    static func range(_ text: String) -> IPRange? {
        (try? IPPrefix(text).range) ?? (try? IPRange(text)) ?? (try? IPAddress(text)).map { IPRange($0) }
    }

    mutating func excludes(_ entries: String...) { excluded = entries.compactMap(Pool.range) }

    mutating func isPinned(
        priority: Int = 0, namespaces: Set<String> = [], namespaceLabels: [String: String]? = nil,
        serviceLabels: [String: String]? = nil
    ) {
        allocation = Allocation(
            priority: priority, namespaces: namespaces,
            namespaceSelectors: namespaceLabels.map { [Selector(matchLabels: $0)] } ?? [],
            serviceSelectors: serviceLabels.map { [Selector(matchLabels: $0)] } ?? [])
    }
}

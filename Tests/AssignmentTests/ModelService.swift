import Addresses
import KubernetesModel

@testable import Assignment

/// A Service as the model understands it, and as Kubernetes writes it.
struct ModelService: Equatable {
    var name: NamespacedName
    var rank: Int64
    var labels: [String: String] = [:]
    var families: [AddressFamily] = [.ipv4]
    var policy = "SingleStack"
    var requested: [AddressFamily: IPAddress] = [:]
    var pool: String?
    var sharingKey: String?
    var localSelector: String?
    var ports: Set<Int> = [80]
    var status: [IPAddress] = []

    var needsAll: Bool { policy == "RequireDualStack" }
    var isMismatched: Bool { requested.keys.contains { !families.contains($0) } }
    var withoutStatus: ModelService {
        var copy = self
        copy.status = []
        return copy
    }

    var service: Service {
        var sketch = ServiceSketch(name.description)
        sketch.labels = labels
        sketch.wants(policy)
        sketch.ipFamilies = families.map(\.rawValue)
        if !requested.isEmpty { sketch.requests(requested.values.map(\.description).joined(separator: ", ")) }
        if let pool { sketch.requestsPool(pool) }
        if let sharingKey { sketch.annotations["metallb.io/allow-shared-ip"] = sharingKey }
        if let localSelector { sketch.isLocal(["app": localSelector]) }
        sketch.ports = ports.sorted().map { ServicePort(port: $0) }
        sketch.status = status.isEmpty ? nil : status.map { LoadBalancerIngress(ip: $0.description) }
        return sketch.service
    }
}

import ClusterConfiguration
import KubernetesAPI
import KubernetesClient
import KubernetesModel

/// Reads from a cluster, once, what decisions depend on and what came of them. Secrets are not read: who only looks need not
/// be permitted to, and takes them to be right.
package struct ClusterReader: Sendable {
    private let client: KubernetesClient

    package init(_ client: KubernetesClient) { self.client = client }

    /// - Throws: Where one of the kinds cannot be read. A group of Martlet's kinds that is not served has no objects; if
    ///   neither is, that is a failure, since everything that follows would be about the wrong cluster.
    package func read() async throws(RequestFailure) -> ClusterState {
        var readings = Readings(client: client)
        ConfigurationChange.visitKinds(&readings)
        var objects = ConfigurationObjects()
        var isServed = false
        for group in ConfigurationObjects.Group.allCases {
            for read in readings.all {
                guard let changes = try await read(group) else { continue }
                isServed = true
                for change in changes { _ = objects.apply(change, in: group) }
            }
        }
        guard isServed else {
            throw RequestFailure(
                .status(404, reason: nil),
                "\(client.server) serves neither martlet.dev nor metallb.io: check that it is the right cluster. "
                    + "`kubectl apply -k deploy/crds` installs the kinds")
        }
        var state = ClusterState()
        objects.fill(&state)
        state.services = try await client.list(.services, .init(fieldSelector: "spec.type=LoadBalancer"))
        let served = Set(state.services.map(\.name))
        state.endpointSlices = try await client.list(.endpointSlices).filter { slice in
            slice.serviceName.map(served.contains) ?? false
        }
        state.nodes = try await client.list(.nodes)
        state.namespaces = try await client.list(.namespaces)
        state.secretsAreUnknown = true
        return state
    }

    /// What the speakers of these nodes say of themselves; nothing where the kind is not served. What speakers of deleted
    /// nodes have said is left out: Kubernetes deletes it soon.
    package func readSpeakers(of nodes: [Node]) async throws(RequestFailure) -> [SpeakerReport] {
        let uids = Dictionary(nodes.map { ($0.metadata.name, $0.metadata.uid) }, uniquingKeysWith: { $1 })
        do throws(RequestFailure) {
            return try await client.list(.speakers).filter { !$0.isOrphan(among: uids) }
        } catch {
            guard error.isNotFound else { throw error }
            return []
        }
    }

    /// The Lease of the controllers; `nil` if there is none.
    package func readControllerLease(in namespace: String) async throws(RequestFailure) -> Lease? {
        do throws(RequestFailure) {
            return try await client.get(.leases, NamespacedName(namespace: namespace, name: "martlet-controller"))
        } catch {
            guard error.isNotFound else { throw error }
            return nil
        }
    }

    /// The Services of type LoadBalancer that a label selector picks.
    package func names(selectedBy labels: String) async throws(RequestFailure) -> Set<NamespacedName> {
        let scope = APIRequest.Scope(labelSelector: labels, fieldSelector: "spec.type=LoadBalancer")
        return Set(try await client.list(.services, scope).map(\.name))
    }

    /// Martlet's Events about its Services, as long as the API server keeps them.
    package func readEvents() async throws(RequestFailure) -> [ObservedEvent] {
        try await client.list(.events).filter { $0.reportingController.hasPrefix("martlet") }
    }
}

/// How the objects of each kind are read.
private struct Readings: ConfigurationKindVisitor {
    /// What is told of the objects of a kind in a group; `nil` where it is not served.
    typealias Reading =
        @Sendable (ConfigurationObjects.Group) async throws(RequestFailure) -> [ConfigurationChange]?

    let client: KubernetesClient
    var all: [Reading] = []

    mutating func visit<Object: ConfigurationObject & Codable & Sendable>(
        _ kind: Object.Type, _ change: @escaping @Sendable (WatchEvent<Object>) -> ConfigurationChange
    ) {
        all.append { [client] group async throws(RequestFailure) in
            // As ``ConfigurationWatches``: the newest version that MetalLB has of the kind.
            for version in group == .metalLB ? ["v1beta2", "v1beta1"] : ["v1beta1"] {
                let type = ResourceType<Object>.configuration(group: group.rawValue, version: version)
                do throws(RequestFailure) {
                    return try await client.list(type).map { change(.initial($0.of(type.apiVersion))) }
                } catch {
                    guard error.isNotFound else { throw error }
                }
            }
            return nil
        }
    }
}

import ClusterConfiguration
import FoundationEssentials
import KubernetesModel

extension ClusterState {
    /// Every object as Kubernetes writes it, in the order in which decisions are made from them, without a secret.
    package func bundled() throws -> [JSONValue] {
        var all: [JSONValue] = []
        func add<Object: KubernetesObject & Encodable>(
            _ objects: [Object], _ apiVersion: (Object) -> String
        ) throws {
            for object in objects {
                let data = try JSONEncoder().encode(object)
                guard case .object(var members) = try JSONDecoder().decode(JSONValue.self, from: data)
                else { continue }
                members.removeAll { $0.name == "apiVersion" }
                let type = [
                    JSONMember(name: "apiVersion", value: .string(apiVersion(object))),
                    JSONMember(name: "kind", value: .string(Object.kind)),
                ]
                all.append(JSONValue.object(type + members).withoutSecrets)
            }
        }
        func own<Object: ConfigurationObject>(_ object: Object) -> String {
            object.apiVersion ?? "martlet.dev/v1beta1"
        }
        try add(pools, own)
        try add(layer2Advertisements, own)
        try add(bgpAdvertisements, own)
        try add(peers, own)
        try add(bfdProfiles, own)
        try add(communities, own)
        try add(namespaces) { _ in "v1" }
        try add(nodes) { _ in "v1" }
        try add(secrets) { _ in "v1" }
        try add(services) { _ in "v1" }
        try add(endpointSlices) { _ in "discovery.k8s.io/v1" }
        return all
    }
}

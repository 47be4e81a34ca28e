import ClusterConfiguration
import FoundationEssentials
import KubernetesModel

extension ClusterState {
    /// Every object as Kubernetes writes it, in the order in which decisions are made from them, without a secret.
    package func bundled() throws -> [JSONValue] {
        var bundling = Bundling(state: self)
        try ClusterState.visitKinds(&bundling)
        return bundling.all
    }
}

private struct Bundling: ClusterStateVisitor {
    let state: ClusterState
    var all: [JSONValue] = []

    mutating func visit<Object: KubernetesObject & Codable>(
        _ list: WritableKeyPath<ClusterState, [Object]>, apiVersion: String
    ) throws {
        for object in state[keyPath: list] {
            let data = try JSONEncoder().encode(object)
            guard case .object(var members) = try JSONDecoder().decode(JSONValue.self, from: data) else { continue }
            members.removeAll { $0.name == "apiVersion" }
            let own = (object as? any ConfigurationObject)?.apiVersion
            let type = [
                JSONMember(name: "apiVersion", value: .string(own ?? apiVersion)),
                JSONMember(name: "kind", value: .string(Object.kind)),
            ]
            all.append(JSONValue.object(type + members).withoutSecrets)
        }
    }
}
